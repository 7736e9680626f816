import { keyHeadOf, type ProblemSizes } from "../problem/sizes.ts";

/** The query head of one batch entry, and where its rows start when tensors are counted in rows. */
export interface HeadPlace {
  readonly batch: number;
  readonly head: number;
  /** The row of query 0 in tensors [b, h, n, …]. */
  readonly queryRow: number;
  /** The row of key 0 in tensors [b, g, m, …]. */
  readonly keyRow: number;
}

export function headPlaces(sizes: ProblemSizes): readonly HeadPlace[] {
  const { batch, heads, keyHeads, n, m } = sizes;
  return Array.from({ length: batch * heads }, (_, index) => {
    const b = Math.floor(index / heads);
    const head = index % heads;
    return { batch: b, head, queryRow: index * n, keyRow: (b * keyHeads + keyHeadOf(head, sizes)) * m };
  });
}

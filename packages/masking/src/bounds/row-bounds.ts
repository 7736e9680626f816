import { dependsOn } from "../depends/depends-on.ts";
import type { Mask } from "../mask.ts";
import { simplifyMask } from "../simplify/simplify.ts";
import type { MaskSizes } from "../sizes/sizes.ts";
import { keySpans } from "./key-spans.ts";

/** The range of keys that each query can see something of, for kernels that loop over a range of keys. */
export interface RowBounds {
  /** b when the mask depends on the batch entry; 1 when the one table serves all. */
  readonly batches: number;
  /** h when the mask depends on the head; 1 when the one table serves all. */
  readonly heads: number;
  readonly queries: number;
  /** [batches, heads, queries]: the first allowed key; 0 in a row without any. */
  readonly from: Int32Array;
  /** [batches, heads, queries]: one after the last allowed key; 0 in a row without any. */
  readonly to: Int32Array;
  /** True when every key between the bounds is allowed in every row, so that no pair has to be asked for. */
  readonly contiguous: boolean;
}

/** @throws {MaskError} when the mask does not fit the sizes. */
export function rowBounds(mask: Mask, sizes: MaskSizes): RowBounds {
  const spansOf = keySpans(mask, sizes);
  const depends = dependsOn(simplifyMask(mask));
  const batches = depends.batch ? sizes.batch : 1;
  const heads = depends.head ? sizes.heads : 1;
  const { queries } = sizes;
  const from = new Int32Array(batches * heads * queries);
  const to = new Int32Array(batches * heads * queries);
  let contiguous = true;
  for (let row = 0; row < from.length; row++) {
    const head = Math.floor(row / queries) % heads;
    const spans = spansOf(Math.floor(row / queries / heads), head, row % queries);
    from[row] = spans[0] ?? 0;
    to[row] = spans.at(-1) ?? 0;
    contiguous &&= spans.length <= 2;
  }
  return { batches, heads, queries, from, to, contiguous };
}

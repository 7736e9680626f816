import { evaluateMask, type Mask, type MaskPosition, type MaskSizes } from "../src/index.ts";

/** Every place of [b, h, n, m], row-major. */
export function* positions(sizes: MaskSizes): Generator<MaskPosition> {
  for (let batch = 0; batch < sizes.batch; batch++) {
    for (let head = 0; head < sizes.heads; head++) {
      for (let query = 0; query < sizes.queries; query++) {
        for (let key = 0; key < sizes.keys; key++) yield { batch, head, query, key };
      }
    }
  }
}

/** The mask as [b, h, n, m] booleans, row-major, by its definition. */
export function table(mask: Mask, sizes: MaskSizes): boolean[] {
  return [...positions(sizes)].map((position) => evaluateMask(mask, position, sizes));
}

/** One batch entry and head drawn as lines of # (allowed) and . (forbidden), a line for each query. */
export function draw(mask: Mask, queries: number, keys: number, batch = 1, entry = 0): string[] {
  const sizes = { batch, heads: 1, queries, keys };
  return Array.from({ length: queries }, (_, query) =>
    Array.from({ length: keys }, (_, key) =>
      evaluateMask(mask, { batch: entry, head: 0, query, key }, sizes) ? "#" : ".",
    ).join(""),
  );
}

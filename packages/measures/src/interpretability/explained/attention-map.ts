import { ShapeError, type Tensor, toFloat64 } from "@xattn/core";
import type { AttentionMap } from "./explained.ts";

/**
 * The weights of one example.
 *
 * @param weights [m], [n, m], [heads, n, m], or [1, heads, n, m] as `attention` returns them
 * @throws ShapeError for another number of axes, and for a batch of several examples
 */
export function attentionMap(weights: Tensor): AttentionMap {
  const { shape } = weights;
  const batch = shape.length === 4 ? shape[0]! : 1;
  if (shape.length < 1 || shape.length > 4 || batch !== 1) {
    throw new ShapeError(`weights: shape [${shape.join(", ")}] needs to be [m], [n, m], [h, n, m] or [1, h, n, m]`);
  }
  const [heads, queries, items] = [1, 1, 1, ...shape].slice(-3) as [number, number, number];
  return { heads, queries, items, weights: toFloat64(weights) };
}

/** The rows of a map: a distribution over the items for each head and, within it, each query. */
export function rowsOf({ heads, queries, items, weights }: AttentionMap): Float64Array[] {
  return Array.from({ length: heads * queries }, (_, row) => weights.subarray(row * items, (row + 1) * items));
}

/** The mean weight of every item over all heads and queries, [items]. */
export function meanWeights(map: AttentionMap): Float64Array {
  return meanOf(rowsOf(map));
}

/** The mean of arrays of one length, element by element. */
export function meanOf(rows: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array(rows[0]!.length);
  for (const row of rows) {
    for (let index = 0; index < mean.length; index += 1) mean[index]! += row[index]! / rows.length;
  }
  return mean;
}

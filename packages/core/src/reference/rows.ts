import { keyHeadOf, type ProblemSizes } from "../problem/sizes.ts";
import { toFloat64 } from "../tensor/convert.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A matrix as a list of its rows. */
export type Rows = readonly Float64Array[];

/** Cuts a [b, heads, rows, width] tensor into the matrix of each batch entry and head. */
export function matricesOf(source: Tensor): (batch: number, head: number) => Rows {
  const [, heads, rows, width] = source.shape as readonly [number, number, number, number];
  const data = toFloat64(source);
  return (batch, head) =>
    Array.from({ length: rows }, (_, row) => {
      const start = ((batch * heads + head) * rows + row) * width;
      return data.subarray(start, start + width);
    });
}

/** The matrices that each query head reads from `past` followed by `recent`, both [b, g, rows, width]. */
export function cachedMatricesOf(
  past: Tensor | undefined,
  recent: Tensor,
  sizes: ProblemSizes,
): (batch: number, head: number) => Rows {
  const earlier = past ? matricesOf(past) : () => [];
  const later = matricesOf(recent);
  return (batch, head) => {
    const keyHead = keyHeadOf(head, sizes);
    return [...earlier(batch, keyHead), ...later(batch, keyHead)];
  };
}

export function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index += 1) sum += left[index]! * right[index]!;
  return sum;
}

/** Σⱼ weightsⱼ·rowⱼ. A row whose weight is exactly 0 is not read, so that what it holds (NaN, ∞) cannot leak. */
export function weightedSum(weights: Float64Array, rows: Rows, width: number): Float64Array {
  const sum = new Float64Array(width);
  weights.forEach((weight, index) => {
    if (weight === 0) return;
    rows[index]!.forEach((value, column) => {
      sum[column]! += weight * value;
    });
  });
  return sum;
}

import type { Random } from "@xattn/core";

/** A matrix of which only products with vectors are at hand: x ↦ A·x and y ↦ Aᵀ·y. */
export interface LinearMap {
  /** Number of columns of A. */
  readonly columns: number;
  apply(x: Float64Array): Float64Array;
  applyTransposed(y: Float64Array): Float64Array;
}

/** Thrown when the two largest singular values are too close for power iteration to settle on one. */
export class NotConvergedError extends Error {
  override readonly name = "NotConvergedError";
}

/** Relative change of the estimate below which it counts as settled. */
const settled = 1e-13;
const mostIterations = 20_000;

/**
 * The largest singular value of A by power iteration on AᵀA from a random start (Golub and Van Loan 2013).
 * The error is of second order in that of the singular vector, so that close singular values cost little
 * accuracy.
 *
 * @throws NotConvergedError after 20,000 iterations
 */
export function spectralNorm(map: LinearMap, random: Random): number {
  let right = unit(Float64Array.from({ length: map.columns }, () => random.normal()));
  let before = 0;
  let still = 0;
  for (let iteration = 0; iteration < mostIterations; iteration += 1) {
    const left = map.apply(right);
    const norm = lengthOf(left);
    if (norm === 0) return 0;
    still = Math.abs(norm - before) <= settled * norm ? still + 1 : 0;
    if (still === 3) return norm;
    before = norm;
    right = unit(map.applyTransposed(left));
  }
  throw new NotConvergedError(`spectralNorm: not settled at ${before} after ${mostIterations} iterations`);
}

export function lengthOf(vector: Float64Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}

export function unit(vector: Float64Array): Float64Array {
  const length = lengthOf(vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

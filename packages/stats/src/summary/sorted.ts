import type { Samples } from "../input/samples.ts";

/** A numerically sorted copy, smallest first. */
export function sortedCopy(samples: Samples): Float64Array {
  return Float64Array.from(samples).sort();
}

/** Type-7 quantile of values already sorted and checked; see `quantile`. */
export function quantileOfSorted(sorted: Float64Array, probability: number): number {
  const position = (sorted.length - 1) * probability;
  const index = Math.floor(position);
  const below = sorted[index]!;
  const above = sorted[Math.min(index + 1, sorted.length - 1)]!;
  const fraction = position - index;
  // The two-product form cannot overflow where (above - below) would; the clamp keeps rounding inside the bracket.
  return Math.min(Math.max(below * (1 - fraction) + above * fraction, below), above);
}

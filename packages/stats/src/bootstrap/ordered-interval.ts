import type { Interval } from "../interval.ts";
import { quantileOfSorted } from "../summary/sorted.ts";

/**
 * The interval between two quantiles of sorted replicates. Widened to the estimate where a biased statistic leaves it
 * outside, so that `low <= estimate <= high` always.
 */
export function orderedInterval(estimate: number, sorted: Float64Array, lower: number, upper: number): Interval {
  return {
    estimate,
    low: Math.min(estimate, quantileOfSorted(sorted, lower)),
    high: Math.max(estimate, quantileOfSorted(sorted, upper)),
  };
}

import { requireFinite, type Samples } from "../input/samples.ts";
import { quantileOfSorted, sortedCopy } from "./sorted.ts";

/**
 * Interquartile range: Q(0.75) − Q(0.25) with type-7 quantiles. Zero for a single sample.
 *
 * @throws StatisticsError on empty or non-finite samples
 */
export function interquartileRange(samples: Samples): number {
  requireFinite("samples", samples);
  const sorted = sortedCopy(samples);
  return quantileOfSorted(sorted, 0.75) - quantileOfSorted(sorted, 0.25);
}

import type { Samples } from "../input/samples.ts";
import { quantile } from "./quantile.ts";

/**
 * Median: the middle order statistic, or the mean of the middle two when the count is even.
 *
 * @throws StatisticsError on empty or non-finite samples
 */
export function median(samples: Samples): number {
  return quantile(samples, 0.5);
}

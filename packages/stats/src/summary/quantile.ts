import { StatisticsError } from "../errors/statistics-error.ts";
import { requireFinite, type Samples } from "../input/samples.ts";
import { quantileOfSorted, sortedCopy } from "./sorted.ts";

/**
 * Sample quantile, type 7: linear interpolation between order statistics.
 *
 * Q(p) = x₍ⱼ₎ + (h − j)(x₍ⱼ₊₁₎ − x₍ⱼ₎) with h = (n − 1)p + 1 and j = ⌊h⌋. The default of R and NumPy.
 * Source: Hyndman and Fan, "Sample quantiles in statistical packages", The American Statistician 50(4), 1996.
 *
 * @param samples at least one finite value, any order
 * @param probability in [0, 1]
 * @throws StatisticsError on empty or non-finite samples, or a probability outside [0, 1]
 */
export function quantile(samples: Samples, probability: number): number {
  requireFinite("samples", samples);
  if (!(probability >= 0 && probability <= 1)) {
    throw new StatisticsError(`probability is ${probability}; it must lie in [0, 1]`);
  }
  return quantileOfSorted(sortedCopy(samples), probability);
}

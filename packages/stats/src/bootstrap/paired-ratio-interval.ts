import { StatisticsError } from "../errors/statistics-error.ts";
import { requireFinite, requireSameLength, type Samples } from "../input/samples.ts";
import type { Interval } from "../interval.ts";
import { medianInterval } from "./median-interval.ts";
import type { ResamplingOptions } from "./options.ts";

/**
 * Ratio of two arms measured in the same rounds: median over rounds of numeratorᵢ / denominatorᵢ, with the percentile
 * bootstrap over rounds. Pairing cancels what both arms of a round share, such as the machine's load.
 *
 * @param numerators one value a round
 * @param denominators the other arm's value in the same round, each > 0, in the same unit
 * @throws StatisticsError on empty, non-finite or unpaired input, a denominator <= 0, or options out of range
 */
export function pairedRatioInterval(numerators: Samples, denominators: Samples, options: ResamplingOptions): Interval {
  requireFinite("numerators", numerators);
  requireFinite("denominators", denominators);
  requireSameLength("numerators", numerators, "denominators", denominators);
  const ratios = Array.from(numerators, (numerator, i) => {
    const denominator = denominators[i]!;
    if (denominator <= 0) throw new StatisticsError(`denominators[${i}] is ${denominator}; it must be positive`);
    return numerator / denominator;
  });
  return medianInterval(ratios, options);
}

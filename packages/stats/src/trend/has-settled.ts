import { requireInteger, requireNonNegative } from "../input/parameters.ts";
import { requireFinite, type Samples } from "../input/samples.ts";

export type SettledOptions = {
  /** How many batches in a row must bring no improvement, at least 1; 3 by default. */
  readonly patience?: number;
  /** Relative fall that counts as improvement; 0.01 by default. */
  readonly tolerance?: number;
};

/**
 * Warm-up rule "until the median stops falling": true once none of the last `patience` medians lies more than
 * `tolerance` below the least median before them. Rising medians count as settled; false while there are not more than
 * `patience` medians.
 *
 * @param medians medians of successive warm-up batches, in time order; may be empty
 * @throws StatisticsError on a value that is not finite, or options out of range
 */
export function hasSettled(medians: Samples, options: SettledOptions = {}): boolean {
  const { patience = 3, tolerance = 0.01 } = options;
  requireInteger("patience", patience, 1);
  requireNonNegative("tolerance", tolerance);
  requireFinite("medians", medians, 0);
  const values = Array.from(medians);
  if (values.length <= patience) return false;
  const before = Math.min(...values.slice(0, -patience));
  const recent = Math.min(...values.slice(-patience));
  return recent >= before - tolerance * Math.abs(before);
}

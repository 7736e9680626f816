import { normalQuantile } from "../distributions/normal.ts";
import { StatisticsError } from "../errors/statistics-error.ts";
import { requireFraction, requireInteger } from "../input/parameters.ts";
import type { Interval } from "../interval.ts";

/**
 * Interval of a share of independent trials by the score test, which covers well for few trials and shares near 0 or
 * 1: all p with |k/n − p| ≤ z·√(p(1 − p)/n), that is
 * (k + z²/2 ± z·√(k(n − k)/n + z²/4)) / (n + z²).
 * Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.
 *
 * @param count trials in which it happened, from 0 to `trials`
 * @throws StatisticsError on counts that are not whole or out of range, or a confidence outside (0, 1)
 */
export function shareInterval(count: number, trials: number, confidence = 0.95): Interval {
  requireInteger("trials", trials, 1);
  requireInteger("count", count, 0);
  if (count > trials) throw new StatisticsError(`count is ${count}; it must be at most trials, ${trials}`);
  requireFraction("confidence", confidence);
  const z = normalQuantile(1 - (1 - confidence) / 2);
  const center = count + z ** 2 / 2;
  const half = z * Math.sqrt((count * (trials - count)) / trials + z ** 2 / 4);
  return {
    estimate: count / trials,
    low: count === 0 ? 0 : (center - half) / (trials + z ** 2),
    high: count === trials ? 1 : (center + half) / (trials + z ** 2),
  };
}

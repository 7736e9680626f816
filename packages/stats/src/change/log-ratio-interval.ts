import { studentQuantile } from "../distributions/student.ts";
import { StatisticsError } from "../errors/statistics-error.ts";
import { requireFraction, requireInteger, requireNonNegative } from "../input/parameters.ts";
import type { Interval } from "../interval.ts";
import type { LogRatio } from "./log-ratio.ts";

/**
 * The interval of a ratio: exp(estimate ± (t·standard error + allowance)), with t the quantile of Student's
 * distribution.
 *
 * @param allowance what the standard error does not know of, on the logarithm, on both sides; 0 when absent
 * @throws StatisticsError on values that are not finite or out of range
 */
export function logRatioInterval(ratio: LogRatio, confidence: number, allowance = 0): Interval {
  const { estimate, standardError, degreesOfFreedom } = ratio;
  if (!Number.isFinite(estimate)) throw new StatisticsError(`estimate is ${estimate}; it must be finite`);
  requireNonNegative("standardError", standardError);
  requireInteger("degreesOfFreedom", degreesOfFreedom, 1);
  requireFraction("confidence", confidence);
  requireNonNegative("allowance", allowance);
  const half = studentQuantile(1 - (1 - confidence) / 2, degreesOfFreedom) * standardError + allowance;
  return { estimate: Math.exp(estimate), low: Math.exp(estimate - half), high: Math.exp(estimate + half) };
}

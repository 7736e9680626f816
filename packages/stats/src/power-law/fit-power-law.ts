import { requireFraction, requireInteger } from "../input/parameters.ts";
import type { Samples } from "../input/samples.ts";
import type { Interval } from "../interval.ts";
import type { Random } from "../random.ts";
import { bootstrapCriticalRoots } from "./bootstrap-roots.ts";
import { powerLawData } from "./data.ts";
import { exactParameters, toPowerLawParameters } from "./exact.ts";
import { EXPONENT_LIMIT, FIRST_EXPONENT, INTERCEPT, LOG_COEFFICIENT } from "./model.ts";
import { type Fitted, profileEnd } from "./profile.ts";
import { minimizeFromStarts } from "./starts.ts";

export type PowerLawOptions = {
  /** y, one a point, each > 0, any unit. */
  readonly values: Samples;
  /** x₁ … x_K by name, each > 0 and as long as `values`. */
  readonly factors: Readonly<Record<string, Samples>>;
  readonly random: Random;
  /** Bootstrap resamples, at least 20; 400 by default. */
  readonly resamples?: number;
  /** Confidence level in (0, 1); 0.95 by default. */
  readonly confidence?: number;
  /** Whether c₀ is fitted (default) or 0. */
  readonly intercept?: boolean;
};

export type PowerLawFit = {
  readonly exponents: Readonly<Record<string, Interval>>;
  /** c, in the unit of `values` at xₖ = 1. */
  readonly coefficient: Interval;
  /** c₀ >= 0, in the unit of `values`. */
  readonly intercept: Interval;
  /** Root mean square of ŷ/y − 1. */
  readonly relativeError: number;
  /** Number of points fitted. */
  readonly points: number;
};

/**
 * Fits y = c₀ + c ∏ xₖ^eₖ with c₀ >= 0 and c > 0 by least squares of the relative residuals ŷ/y − 1, so that small and
 * large values weigh alike. Multiplicative noise of relative size σ biases c and c₀ by about −σ²; the exponents are free
 * of it. Exponents are sought within ±12.
 *
 * Intervals come from profiles: a parameter value t is inside while √(ΔS(t)/(S/ν)) stays below a critical value, which
 * is the larger of Student's t with ν = points − parameters and the quantile of the same root over bootstrap resamples
 * with leverage-corrected residuals (from 5,000 points on Student's t alone). An interval that ends at ±12 was not determined by the data, as where noisy values do not
 * depend on the factors at all and the intercept explains them; `intercept: false` decides that case. Data that the law
 * reproduces at rounding level (relative 1e-12) gives intervals of zero width and short decimals.
 * Sources: Levenberg-Marquardt (Marquardt 1963); Bates and Watts 1988, section 6.1; Davison and Hinkley 1997, chapter 6.
 *
 * @throws FitError if there are not more points than parameters (factors + 2, or + 1 without intercept), fewer distinct
 *   factor combinations than parameters, a constant factor, collinear factors, a value <= 0, or unequal lengths
 * @throws StatisticsError if an option is out of range
 */
export function fitPowerLaw(options: PowerLawOptions): PowerLawFit {
  const { values, factors, random, resamples = 400, confidence = 0.95, intercept: withIntercept = true } = options;
  requireInteger("resamples", resamples, 20);
  requireFraction("confidence", confidence);
  const names = Object.keys(factors);
  const parameters = names.length + (withIntercept ? 2 : 1);
  const data = powerLawData(values, factors, parameters);
  const minimum = minimizeFromStarts(data, withIntercept);
  const relativeError = Math.sqrt(minimum.squares / data.count);
  const points = data.count;

  const exact = exactParameters(data, minimum);
  if (exact) {
    return {
      exponents: Object.fromEntries(names.map((name, k) => [name, certain(exact.exponents[k]!)])),
      coefficient: certain(exact.coefficient),
      intercept: certain(exact.intercept),
      relativeError,
      points,
    };
  }

  const fitted: Fitted = { data, minimum, withIntercept, degreesOfFreedom: points - parameters };
  const free = Array.from(minimum.parameters.keys()).filter((p) => p !== INTERCEPT || withIntercept);
  const critical = bootstrapCriticalRoots(fitted, free, { random, confidence, resamples });
  const found = toPowerLawParameters(minimum.parameters);
  const interval = (p: number, firstStep: number, least: number, most: number): Interval => {
    const { below, above } = critical[free.indexOf(p)]!;
    return {
      estimate: minimum.parameters[p]!,
      low: profileEnd(fitted, p, below, firstStep, least),
      high: profileEnd(fitted, p, above, firstStep, most),
    };
  };
  const logCoefficient = interval(LOG_COEFFICIENT, 0.05, -700, 700);
  const largest = Math.max(...data.values);
  return {
    exponents: Object.fromEntries(
      names.map((name, k) => [name, interval(FIRST_EXPONENT + k, 0.01, -EXPONENT_LIMIT, EXPONENT_LIMIT)]),
    ),
    coefficient: {
      estimate: found.coefficient,
      low: Math.exp(logCoefficient.low),
      high: Math.exp(logCoefficient.high),
    },
    intercept: withIntercept ? interval(INTERCEPT, 0.01 * Math.min(...data.values), 0, largest) : certain(0),
    relativeError,
    points,
  };
}

function certain(value: number): Interval {
  return { estimate: value, low: value, high: value };
}

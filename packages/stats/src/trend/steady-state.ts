import { normalCdf } from "../distributions/normal.ts";
import { requireFraction, requireNonNegative } from "../input/parameters.ts";
import { requireFinite, type Samples } from "../input/samples.ts";
import { concordance } from "../rank/concordance.ts";
import { median } from "../summary/median.ts";

export type SteadyStateOptions = {
  /** Significance level in (0, 1); 0.01 by default. */
  readonly level?: number;
  /** Relative change that is too small to matter, however significant; 0.01 by default. */
  readonly tolerance?: number;
};

export type SteadyState = {
  /** False if there is a trend that is both significant and larger than the tolerance. */
  readonly steady: boolean;
  /** Two-sided p-value of the Mann-Kendall test; 1 with fewer than 4 samples. */
  readonly pValue: number;
  /** Share of rising minus falling pairs, in [−1, 1]. */
  readonly tau: number;
  /** Median of the last third over the median of the first third, minus 1; 0 if both are 0. */
  readonly relativeChange: number;
};

/**
 * Do samples in the order they were taken drift?
 *
 * Mann-Kendall: S = Σ_{i<j} sign(xⱼ − xᵢ) with variance [n(n − 1)(2n + 5) − Σ t(t − 1)(2t + 5)] / 18 over tie groups of
 * size t, and z = (S ∓ 1)/√variance. It assumes independent samples; slow oscillations raise more alarms than `level`.
 * Sources: Mann, Econometrica 13(3), 1945; Kendall and Gibbons, 1990, chapter 4.
 *
 * @param samples at least one finite value, in time order
 * @throws StatisticsError on empty or non-finite samples, or options out of range
 */
export function steadyState(samples: Samples, options: SteadyStateOptions = {}): SteadyState {
  requireFinite("samples", samples);
  const { level = 0.01, tolerance = 0.01 } = options;
  requireFraction("level", level);
  requireNonNegative("tolerance", tolerance);
  const count = samples.length;
  const time = Float64Array.from({ length: count }, (_, i) => i);
  const { score, pairs } = concordance(time, samples);
  const variance = (count * (count - 1) * (2 * count + 5) - tieCorrection(samples)) / 18;
  const z = variance > 0 ? Math.max(Math.abs(score) - 1, 0) / Math.sqrt(variance) : 0;
  const pValue = count < 4 ? 1 : Math.min(1, 2 * normalCdf(-z));
  const relativeChange = changeOfThirds(Float64Array.from(samples));
  return {
    steady: !(pValue <= level && Math.abs(relativeChange) > tolerance),
    pValue,
    tau: pairs > 0 ? score / pairs : 0,
    relativeChange,
  };
}

function tieCorrection(samples: Samples): number {
  const groups = new Map<number, number>();
  for (let i = 0; i < samples.length; i++) groups.set(samples[i]!, (groups.get(samples[i]!) ?? 0) + 1);
  let sum = 0;
  for (const size of groups.values()) sum += size * (size - 1) * (2 * size + 5);
  return sum;
}

function changeOfThirds(samples: Float64Array): number {
  const third = Math.max(1, Math.floor(samples.length / 3));
  const first = median(samples.subarray(0, third));
  const last = median(samples.subarray(samples.length - third));
  return first === last ? 0 : (last - first) / Math.abs(first);
}

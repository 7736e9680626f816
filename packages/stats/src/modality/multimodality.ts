import { requireFraction, requireInteger, requireNonNegative } from "../input/parameters.ts";
import { requireFinite, type Samples } from "../input/samples.ts";
import type { Random } from "../random.ts";
import { sortedCopy } from "../summary/sorted.ts";
import { dipOfSorted } from "./dip.ts";

export type MultimodalityOptions = {
  readonly random: Random;
  /** Significance level in (0, 1); 0.05 by default. */
  readonly level?: number;
  /** Monte Carlo draws of the null distribution, at least 20; 999 by default. */
  readonly resamples?: number;
  /**
   * Step of the clock or counter behind the samples, in their unit; 0 by default. Rounded samples pile up on the steps
   * and every pile looks like a mode, so each sample is first spread evenly over its step.
   */
  readonly resolution?: number;
};

export type Multimodality = {
  /** Hartigan's dip, in [0, 1/4]: 0 for one sharp peak, 1/4 for two points of equal weight. */
  readonly dip: number;
  /** Probability of a dip at least this large from one flat mode. */
  readonly pValue: number;
  /** `pValue <= level`. */
  readonly multimodal: boolean;
};

/**
 * Hartigan's dip test: do the samples have more than one mode?
 *
 * The p-value is (1 + #{dip of n uniform samples >= dip}) / (1 + draws). The uniform is the unimodal distribution that
 * dips most, so single peaks with tails (Gaussian, log-normal, exponential) raise an alarm less often than `level`.
 * Past 1000 samples the null is drawn at 1000 and scaled by √n, its asymptotic rate.
 * Source: Hartigan and Hartigan, "The dip test of unimodality", Annals of Statistics 13(1), 1985.
 *
 * Power at the default level, even mix of two Gaussians 4 standard deviations apart (200 seeded trials): 0.46 with 40
 * samples, 0.76 with 80, 0.87 with 100, 0.98 with 200; false alarms on one Gaussian or exponential: below 0.01. A mode
 * with few of the samples shows as outliers rather than here.
 *
 * @throws StatisticsError on empty or non-finite samples, or options out of range
 */
export function multimodality(samples: Samples, options: MultimodalityOptions): Multimodality {
  requireFinite("samples", samples);
  const { random, level = 0.05, resamples = 999, resolution = 0 } = options;
  requireFraction("level", level);
  requireInteger("resamples", resamples, 20);
  requireNonNegative("resolution", resolution);
  const spread = resolution > 0 ? Float64Array.from(samples, (x) => x + (random() - 0.5) * resolution) : samples;
  const count = samples.length;
  const dip = dipOfSorted(sortedCopy(spread));
  const nullCount = Math.min(count, 1000);
  const threshold = dip * Math.sqrt(count / nullCount);
  const uniform = new Float64Array(nullCount);
  let atLeast = 0;
  for (let b = 0; b < resamples; b++) {
    fillSortedUniform(uniform, random);
    if (dipOfSorted(uniform) >= threshold) atLeast++;
  }
  const pValue = (1 + atLeast) / (1 + resamples);
  return { dip, pValue, multimodal: pValue <= level };
}

/** Sorted uniform samples up to scale, which the dip ignores: partial sums of exponential spacings. */
function fillSortedUniform(target: Float64Array, random: Random): void {
  let sum = 0;
  for (let i = 0; i < target.length; i++) {
    sum -= Math.log(1 - random());
    target[i] = sum;
  }
}

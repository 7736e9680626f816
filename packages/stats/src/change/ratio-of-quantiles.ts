import { StatisticsError } from "../errors/statistics-error.ts";
import { requireFraction } from "../input/parameters.ts";
import { requireFinite, type Samples } from "../input/samples.ts";
import { quantileOfSorted } from "../summary/sorted.ts";
import type { LogRatio } from "./log-ratio.ts";

const mostChunks = 8;
const leastInChunk = 4;

/**
 * Ratio of the same quantile of two sets of samples that were not taken together, after ÷ before.
 *
 * The variance of each log quantile is the larger of two. One takes the samples for independent: half the distance
 * between the order statistics of ranks n·p ± √(n·p·(1 − p)), which enclose the quantile with one standard deviation
 * of the binomial distribution on each side (Conover, Practical Nonparametric Statistics, 1999, section 3.2). The other
 * sees what lasts longer than one sample: the variance between quantiles of up to 8 stretches of samples in the order
 * they were taken (Fishman, "Grouping observations in digital simulation", Management Science 24, 1978). The degrees
 * of freedom are those of the stretches.
 *
 * @param before positive samples in the order they were taken, at least 3
 * @param after the same of the other set
 * @param probability which quantile, in (0, 1): a low one sees little of what adds time to some samples only
 * @throws StatisticsError on fewer than 3 samples, values that are not finite and positive, or a probability out of range
 */
export function ratioOfQuantiles(before: Samples, after: Samples, probability: number): LogRatio {
  requireFraction("probability", probability);
  const earlier = logQuantile("before", before, probability);
  const later = logQuantile("after", after, probability);
  return {
    estimate: later.estimate - earlier.estimate,
    standardError: Math.sqrt(earlier.variance + later.variance),
    degreesOfFreedom: earlier.chunks + later.chunks - 2,
  };
}

function logQuantile(name: string, samples: Samples, probability: number) {
  requireFinite(name, samples, 3);
  const logs = Array.from(samples, (sample, index) => {
    if (sample <= 0) throw new StatisticsError(`${name}[${index}] is ${sample}; it must be positive`);
    return Math.log(sample);
  });
  const count = logs.length;
  const chunks = Math.max(2, Math.min(mostChunks, Math.floor(count / leastInChunk)));
  const ofChunks = Array.from({ length: chunks }, (_, index) =>
    quantile(logs.slice(Math.floor((index * count) / chunks), Math.floor(((index + 1) * count) / chunks)), probability),
  );
  const sorted = Float64Array.from(logs).sort();
  const spread = Math.sqrt(count * probability * (1 - probability));
  const rank = (position: number) => sorted[Math.min(count, Math.max(1, position)) - 1]!;
  const low = rank(Math.floor(count * probability - spread));
  const high = rank(Math.ceil(count * probability + spread));
  return {
    estimate: quantileOfSorted(sorted, probability),
    chunks,
    variance: Math.max(((high - low) / 2) ** 2, varianceOfMean(ofChunks)),
  };
}

function quantile(values: readonly number[], probability: number): number {
  return quantileOfSorted(Float64Array.from(values).sort(), probability);
}

/** Variance of the mean of independent values. */
function varianceOfMean(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return squares / (values.length - 1) / values.length;
}

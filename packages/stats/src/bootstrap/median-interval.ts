import { gammaDeviate } from "../distributions/gamma.ts";
import { requireFinite, type Samples } from "../input/samples.ts";
import type { Interval } from "../interval.ts";
import type { Random } from "../random.ts";
import { quantileOfSorted, sortedCopy } from "../summary/sorted.ts";
import { type ResamplingOptions, resolveResampling } from "./options.ts";
import { orderedInterval } from "./ordered-interval.ts";

/**
 * Percentile bootstrap interval of the median, in O(n log n + resamples) instead of O(n · resamples).
 *
 * A resample picks x₍⌈nU⌉₎ for n independent uniform U, and picking keeps order, so its k-th smallest value is
 * x₍⌈nU₍ₖ₎⌉₎ with U₍ₖ₎ ~ Beta(k, n − k + 1). One beta deviate (a ratio of gamma deviates) thus stands for a whole
 * resample, with exactly the distribution of the ordinary bootstrap. For even n the next order statistic follows as
 * U₍ₖ₊₁₎ = 1 − (1 − U₍ₖ₎)V^{1/(n−k)}. Source of the order-statistic view: Efron, "Bootstrap methods: another look at
 * the jackknife", Annals of Statistics 7, 1979, section 3.
 *
 * @throws StatisticsError on empty or non-finite samples, or options out of range
 */
export function medianInterval(samples: Samples, options: ResamplingOptions): Interval {
  requireFinite("samples", samples);
  const { random, confidence, resamples } = resolveResampling(options);
  const sorted = sortedCopy(samples);
  const replicates = new Float64Array(resamples);
  for (let b = 0; b < resamples; b++) replicates[b] = resampledMedian(sorted, random);
  const tail = (1 - confidence) / 2;
  return orderedInterval(quantileOfSorted(sorted, 0.5), replicates.sort(), tail, 1 - tail);
}

function resampledMedian(sorted: Float64Array, random: Random): number {
  const count = sorted.length;
  const rank = Math.floor((count + 1) / 2);
  const below = gammaDeviate(rank, random);
  const position = below / (below + gammaDeviate(count - rank + 1, random));
  const middle = sorted[Math.min(Math.floor(position * count), count - 1)]!;
  if (count % 2 === 1) return middle;
  const nextPosition = 1 - (1 - position) * random() ** (1 / (count - rank));
  const next = sorted[Math.min(Math.floor(nextPosition * count), count - 1)]!;
  return middle / 2 + next / 2;
}

import { requireFraction, requireInteger } from "../input/parameters.ts";
import type { Random } from "../random.ts";

export type ResamplingOptions = {
  readonly random: Random;
  /** Confidence level in (0, 1); 0.95 by default. */
  readonly confidence?: number;
  /** Bootstrap resamples, at least 20; 1000 by default. */
  readonly resamples?: number;
};

/** Fills in the defaults. @throws StatisticsError if a value is out of range. */
export function resolveResampling(options: ResamplingOptions): Required<ResamplingOptions> {
  const { random, confidence = 0.95, resamples = 1000 } = options;
  requireFraction("confidence", confidence);
  requireInteger("resamples", resamples, 20);
  return { random, confidence, resamples };
}

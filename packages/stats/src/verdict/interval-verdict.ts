import type { Interval } from "../interval.ts";

/** What a claim accepts: values within `tolerance` of `target`, in the unit of the interval, or a one-sided bound. */
export type Accepted =
  | { readonly target: number; readonly tolerance: number }
  | { readonly atLeast: number }
  | { readonly atMost: number };

export type IntervalVerdict = "holds" | "refuted" | "inconclusive";

/**
 * Decides a claim by a confidence interval. "holds": the interval lies inside the accepted region, ends included.
 * "refuted": they share no point. "inconclusive": anything else, and also a missing interval, NaN anywhere, an interval
 * with low > high, or a negative tolerance. Noise is never forced to a yes or no.
 * Source: the confidence-interval inclusion rule; Wellek, "Testing statistical hypotheses of equivalence", 2010, ch. 3.
 */
export function intervalVerdict(
  interval: Pick<Interval, "low" | "high"> | undefined,
  accepted: Accepted,
): IntervalVerdict {
  const [least, most] = regionOf(accepted);
  if (!interval || !(interval.low <= interval.high) || !(least <= most)) return "inconclusive";
  if (interval.low >= least && interval.high <= most) return "holds";
  if (interval.high < least || interval.low > most) return "refuted";
  return "inconclusive";
}

function regionOf(accepted: Accepted): readonly [number, number] {
  if ("target" in accepted) return [accepted.target - accepted.tolerance, accepted.target + accepted.tolerance];
  if ("atLeast" in accepted) return [accepted.atLeast, Number.POSITIVE_INFINITY];
  return [Number.NEGATIVE_INFINITY, accepted.atMost];
}

import type { Random } from "@xattn/core";
import { type Interval, median, quantile } from "@xattn/stats";

const resamples = 1000;
/** Medians closer than this are tied: two kernels of the same formula differ by rounding alone. */
const tie = 1e-6;

/**
 * The rank of each competitor by the median of its values, 1 for the smallest, ties sharing the mean of their ranks, with
 * a 95 % percentile interval over bootstrap resamples of the draws. All competitors see the same draws, so that a draw
 * is resampled for all at once.
 *
 * @param values a row for each competitor, all of the same length
 */
export function ranksWithIntervals(values: readonly (readonly number[])[], random: Random): Interval[] {
  const draws = values[0]?.length ?? 0;
  const replicates = Array.from({ length: resamples }, () => {
    const picks = Array.from({ length: draws }, () => random.integer(0, draws - 1));
    return ranksOf(values.map((row) => median(picks.map((pick) => row[pick]!))));
  });
  return ranksOf(values.map((row) => median(row))).map((estimate, index) => {
    const ranks = replicates.map((ranks) => ranks[index]!);
    return {
      estimate,
      low: Math.min(estimate, quantile(ranks, 0.025)),
      high: Math.max(estimate, quantile(ranks, 0.975)),
    };
  });
}

/** 1 plus those that are smaller, plus half of the others that are tied. */
function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    let rank = 0.5;
    for (const other of values) {
      if (Math.abs(other - value) <= tie * Math.max(other, value)) rank += 0.5;
      else if (other < value) rank += 1;
    }
    return rank;
  });
}

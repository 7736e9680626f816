import { sampleCorrelation } from "simple-statistics";
import { requireRankable, requireSameLength, type Samples } from "../input/samples.ts";
import { midranks } from "./midranks.ts";

/**
 * Spearman's rank correlation: Pearson's correlation of the midranks, which is right with ties. In [−1, 1]; NaN if x or
 * y is constant, since then nothing is ranked. Infinities rank as usual.
 * Source: Kendall and Gibbons, "Rank correlation methods", 5th edition, 1990, chapter 3.
 *
 * @throws StatisticsError on fewer than two pairs, unequal lengths, or NaN
 */
export function spearmanRho(x: Samples, y: Samples): number {
  requireRankable("x", x, 2);
  requireRankable("y", y, 2);
  requireSameLength("x", x, "y", y);
  return Math.min(Math.max(sampleCorrelation(midranks(x), midranks(y)), -1), 1);
}

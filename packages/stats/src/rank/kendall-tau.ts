import { requireRankable, requireSameLength, type Samples } from "../input/samples.ts";
import { concordance } from "./concordance.ts";

/**
 * Kendall's rank correlation τ_b = (C − D) / √((n₀ − n₁)(n₀ − n₂)), with C concordant and D discordant pairs,
 * n₀ = n(n − 1)/2, and n₁, n₂ the pairs tied in x and in y. O(n log n). In [−1, 1]; NaN if x or y is constant, since
 * then nothing is ranked. Infinities rank as usual.
 * Source: Kendall, "The treatment of ties in ranking problems", Biometrika 33(3), 1945.
 *
 * @throws StatisticsError on fewer than two pairs, unequal lengths, or NaN
 */
export function kendallTau(x: Samples, y: Samples): number {
  requireRankable("x", x, 2);
  requireRankable("y", y, 2);
  requireSameLength("x", x, "y", y);
  const { score, pairs, tiedX, tiedY } = concordance(x, y);
  const tau = score / (Math.sqrt(pairs - tiedX) * Math.sqrt(pairs - tiedY));
  return Math.min(Math.max(tau, -1), 1);
}

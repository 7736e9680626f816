import { attentionCost, seededRandom } from "@xattn/core";
import { median, medianInterval } from "@xattn/stats";
import { z } from "zod";
import { deterministic } from "../../contract/deterministic.ts";
import type { DirectMeasure, Parameters } from "../../contract/measure.ts";
import { type RobustVariant, robustParameters, robustVariants, sizesOf, variantOf } from "../cell.ts";
import { bestOfRandom, type Drawn, randomTries, worstChanges, worstCorners } from "./harm.ts";
import { ranksWithIntervals } from "./ranking.ts";

type AdversarialColumn =
  | "worstChange"
  | "worstChangeLow"
  | "worstChangeHigh"
  | "randomChange"
  | "harmRatio"
  | "harmRatioLow"
  | "harmRatioHigh"
  | "leastRatio"
  | "twiceShare"
  | "boundaryChange"
  | "boundaryRatio"
  | "boundaryRatioLow"
  | "boundaryRatioHigh"
  | "boundaryTwiceShare"
  | "cornerRatio"
  | "cornerTwiceShare"
  | "cornerAttained"
  | "worstCertifiedShare"
  | "robustnessRank"
  | "robustnessRankLow"
  | "robustnessRankHigh"
  | "costShare";

/** What counts as much more harmful than chance. */
const muchWorse = 2;

/**
 * The worst perturbation that attacks find by gradients (`strongestAttack`), against the best of 200 random ones of the
 * same budget, which is the radius of a ball: uniform in the ball, and, harder to beat, on its boundary (the sphere, the
 * corners of the box), where each spends the whole of it. In the box on queries, where rows are independent, the worst
 * of all corners tells how much further any attack could get. And the rank of the variant among all variants on the same
 * draws, 1 for the one that its worst case moves least. With n = m = d all variants but the sparse one take about as
 * many multiply-adds.
 */
export function adversarialRobustness(): DirectMeasure<AdversarialColumn> {
  return {
    kind: "direct",
    name: "adversarialRobustness",
    version: 2,
    description: "Worst-case perturbations against random ones of the same budget, and the rank of the variant.",
    parameters: {
      ...robustParameters,
      norm: z.enum(["l2", "linf"]),
      budget: z
        .number()
        .positive()
        .max(10)
        .describe("‖δ‖ relative to the input's size, a number above 0 and at most 10"),
    },
    columns: {
      worstChange: deterministic("1", "‖out′ − out‖ / ‖out‖ in the worst case, median over draws.", 1e-3),
      worstChangeLow: deterministic("1", "Lower end of its 95 % interval.", 1e-3),
      worstChangeHigh: deterministic("1", "Upper end of its 95 % interval.", 1e-3),
      randomChange: deterministic(
        "1",
        `The largest of ${randomTries} random ones in the ball, median over draws.`,
        1e-3,
      ),
      harmRatio: deterministic("1", "Worst case / largest random change, median over draws.", 1e-3),
      harmRatioLow: deterministic("1", "Lower end of its 95 % interval.", 1e-3),
      harmRatioHigh: deterministic("1", "Upper end of its 95 % interval.", 1e-3),
      leastRatio: deterministic("1", "Worst case / largest random change of the draw where it is smallest.", 1e-3),
      twiceShare: deterministic("1", `Share of draws with a ratio of at least ${muchWorse}.`, 0.05),
      boundaryChange: deterministic("1", `The largest of ${randomTries} on its boundary, median over draws.`, 1e-3),
      boundaryRatio: deterministic("1", "Worst case / largest on the boundary, median over draws.", 1e-3),
      boundaryRatioLow: deterministic("1", "Lower end of its 95 % interval.", 1e-3),
      boundaryRatioHigh: deterministic("1", "Upper end of its 95 % interval.", 1e-3),
      boundaryTwiceShare: deterministic("1", `Share of draws with such a ratio of at least ${muchWorse}.`, 0.05),
      cornerRatio: deterministic(
        "1",
        "Worst of all corners / largest on the boundary, median of the first draws.",
        1e-3,
      ),
      cornerTwiceShare: deterministic(
        "1",
        `The largest share with a ratio of at least ${muchWorse} that corners allow; draws that are not visited count.`,
        0.05,
      ),
      cornerAttained: deterministic("1", "Worst case / worst of all corners, the least of the first draws.", 1e-3),
      worstCertifiedShare: deterministic(
        "1",
        "Worst ‖out′ − out‖ over draws, as a share of its certified bound; nothing where there is no bound.",
        1e-3,
      ),
      robustnessRank: deterministic("rank", "Rank by worst change among all variants; 1 moves least.", 0.05),
      robustnessRankLow: deterministic("rank", "Lower end of its 95 % interval.", 0.2),
      robustnessRankHigh: deterministic("rank", "Upper end of its 95 % interval.", 0.2),
      costShare: deterministic("1", "Multiply-adds, relative to softmax attention."),
    },
    exclusive: false,
    run: (cell, { seed }) => measured(cell, seed),
  };
}

function measured(cell: Parameters, seed: number) {
  const bootstrap = seededRandom(seed).fork("bootstrap");
  const options = (name: string) => {
    const random = bootstrap.fork(name);
    return { random: () => random.uniform() };
  };
  const worst = worstChanges({ cell, seed });
  const changes = worst.map(({ change }) => change);
  const against = (drawn: Drawn) => {
    const largest = bestOfRandom({ cell, seed }, drawn);
    const ratios = changes.map((change, index) => change / largest[index]!);
    return { largest, ratios, twice: ratios.filter((ratio) => ratio >= muchWorse).length / ratios.length };
  };
  const [ball, boundary] = [against("ball"), against("boundary")];
  const change = medianInterval(changes, options("change"));
  const ratio = medianInterval(ball.ratios, options("ratio"));
  const boundaryRatio = medianInterval(boundary.ratios, options("boundary ratio"));
  const corners = cornersOf(cell, seed).map((corner, index) => ({
    ratio: corner / boundary.largest[index]!,
    attained: changes[index]! / corner,
  }));
  const all = robustVariants.map((variant) =>
    worstChanges({ cell: { ...cell, variant }, seed }).map(({ change }) => change),
  );
  const rank = ranksWithIntervals(all, bootstrap.fork("rank"))[robustVariants.indexOf(cell.variant as RobustVariant)]!;
  const certified = worst.flatMap(({ certifiedShare }) => (certifiedShare === undefined ? [] : [certifiedShare]));
  return {
    worstChange: change.estimate,
    worstChangeLow: change.low,
    worstChangeHigh: change.high,
    randomChange: median(ball.largest),
    harmRatio: ratio.estimate,
    harmRatioLow: ratio.low,
    harmRatioHigh: ratio.high,
    leastRatio: Math.min(...ball.ratios),
    twiceShare: ball.twice,
    boundaryChange: median(boundary.largest),
    boundaryRatio: boundaryRatio.estimate,
    boundaryRatioLow: boundaryRatio.low,
    boundaryRatioHigh: boundaryRatio.high,
    boundaryTwiceShare: boundary.twice,
    cornerRatio: corners.length > 0 ? median(corners.map(({ ratio }) => ratio)) : null,
    cornerTwiceShare:
      corners.length > 0 ? 1 - corners.filter(({ ratio }) => ratio < muchWorse).length / changes.length : null,
    cornerAttained: corners.length > 0 ? Math.min(...corners.map(({ attained }) => attained)) : null,
    worstCertifiedShare: certified.length > 0 ? Math.max(...certified) : null,
    robustnessRank: rank.estimate,
    robustnessRankLow: rank.low,
    robustnessRankHigh: rank.high,
    costShare: multiplyAdds(cell, cell.variant as RobustVariant, seed) / multiplyAdds(cell, "standard", seed),
  };
}

/** Chunked attention is softmax attention in another order, and its worst corner the same. */
function cornersOf(cell: Parameters, seed: number): readonly number[] {
  return worstCorners({ cell: cell.variant === "chunked" ? { ...cell, variant: "standard" } : cell, seed });
}

function multiplyAdds(cell: Parameters, name: RobustVariant, seed: number): number {
  const sizes = sizesOf(cell);
  return attentionCost(variantOf(name, sizes.m, seed), sizes).multiplyAdds;
}

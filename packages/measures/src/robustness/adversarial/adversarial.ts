import { attentionCost, seededRandom } from "@xattn/core";
import { median, medianInterval } from "@xattn/stats";
import { z } from "zod";
import { deterministic } from "../../contract/deterministic.ts";
import type { DirectMeasure, Parameters } from "../../contract/measure.ts";
import { type RobustVariant, robustParameters, robustVariants, sizesOf, variantOf } from "../cell.ts";
import { bestOfRandom, randomTries, worstChanges } from "./harm.ts";
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
  | "worstCertifiedShare"
  | "robustnessRank"
  | "robustnessRankLow"
  | "robustnessRankHigh"
  | "costShare";

/** What counts as much more harmful than chance. */
const muchWorse = 2;

/**
 * The worst perturbation that projected gradient ascent finds, against the best of 200 random ones that spend the same
 * budget, and the rank of the variant among all variants on the same draws, 1 for the one that its worst case moves
 * least. With n = m = d all variants but the sparse one take about as many multiply-adds.
 */
export function adversarialRobustness(): DirectMeasure<AdversarialColumn> {
  return {
    kind: "direct",
    name: "adversarialRobustness",
    version: 1,
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
      randomChange: deterministic("1", `The largest of ${randomTries} random perturbations, median over draws.`, 1e-3),
      harmRatio: deterministic("1", "Worst case / largest random change, median over draws.", 1e-3),
      harmRatioLow: deterministic("1", "Lower end of its 95 % interval.", 1e-3),
      harmRatioHigh: deterministic("1", "Upper end of its 95 % interval.", 1e-3),
      leastRatio: deterministic("1", "Worst case / largest random change of the draw where it is smallest.", 1e-3),
      twiceShare: deterministic("1", `Share of draws with a ratio of at least ${muchWorse}.`, 0.05),
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
  const randomChanges = bestOfRandom({ cell, seed });
  const ratios = changes.map((change, index) => change / randomChanges[index]!);
  const change = medianInterval(changes, options("change"));
  const ratio = medianInterval(ratios, options("ratio"));
  const all = robustVariants.map((variant) =>
    worstChanges({ cell: { ...cell, variant }, seed }).map(({ change }) => change),
  );
  const rank = ranksWithIntervals(all, bootstrap.fork("rank"))[robustVariants.indexOf(cell.variant as RobustVariant)]!;
  const certified = worst.flatMap(({ certifiedShare }) => (certifiedShare === undefined ? [] : [certifiedShare]));
  return {
    worstChange: change.estimate,
    worstChangeLow: change.low,
    worstChangeHigh: change.high,
    randomChange: median(randomChanges),
    harmRatio: ratio.estimate,
    harmRatioLow: ratio.low,
    harmRatioHigh: ratio.high,
    leastRatio: Math.min(...ratios),
    twiceShare: ratios.filter((value) => value >= muchWorse).length / ratios.length,
    worstCertifiedShare: certified.length > 0 ? Math.max(...certified) : null,
    robustnessRank: rank.estimate,
    robustnessRankLow: rank.low,
    robustnessRankHigh: rank.high,
    costShare: multiplyAdds(cell, cell.variant as RobustVariant, seed) / multiplyAdds(cell, "standard", seed),
  };
}

function multiplyAdds(cell: Parameters, name: RobustVariant, seed: number): number {
  const sizes = sizesOf(cell);
  return attentionCost(variantOf(name, sizes.m, seed), sizes).multiplyAdds;
}

import { projectionMultiplyAdds } from "@xattn/core";
import type { FactoredSizes } from "./factors.ts";

/** Which evaluation, and what its cost depends on besides the sizes. */
export type ActionScoreForm =
  /** `actionScores` with no weight that is 0; `costOfF` is in multiply-adds. */
  | { readonly kind: "general"; readonly costOfF: number }
  /** `trilinearActionScores`; `nonzero` counts the weights that are not 0 in the whole tensor, all when absent. */
  | { readonly kind: "trilinear"; readonly perAction?: boolean; readonly nonzero?: number }
  /** `factoredActionScores` with weights of rank s. */
  | { readonly kind: "factored"; readonly weightRank: number }
  /** `additiveActionScores` */
  | { readonly kind: "additive"; readonly perAction?: boolean };

/** Multiply-adds; an addition counts as one, those of biases are not counted. */
export interface ActionScoreCost {
  readonly projections: number;
  /** The sums over pairs of word and object. */
  readonly pairs: number;
  /** What each action adds. */
  readonly actions: number;
  readonly total: number;
}

/**
 * What the scores of all actions cost. The three low-rank forms count exactly what their functions report; the general
 * form counts `costOfF` and one more for each call.
 */
export function actionScoreCost(sizes: FactoredSizes, form: ActionScoreForm): ActionScoreCost {
  const { batch, objects, words, actions, objectWidth, wordWidth, actionWidth, rank } = sizes;
  const matrices = batch * ("perAction" in form && form.perAction ? actions : 1);
  const pairs = words * objects;
  switch (form.kind) {
    case "general":
      return totalled({ projections: 0, pairs: batch * actions * pairs * (form.costOfF + 1), actions: 0 });
    case "trilinear": {
      const nonzero = form.nonzero ?? matrices * pairs;
      return totalled({
        projections: projectionCost(sizes),
        pairs: (nonzero + matrices * Math.min(words, objects)) * rank,
        actions: batch * actions * rank,
      });
    }
    case "factored":
      return totalled({
        projections: projectionCost(sizes),
        pairs: batch * (words + objects + 1) * form.weightRank * rank,
        actions: batch * actions * rank,
      });
    case "additive":
      return totalled({
        projections:
          matrices * (objectWidth + wordWidth) * rank + projectionMultiplyAdds(batch * actions, actionWidth, rank),
        pairs: matrices * (2 * pairs + objects * objectWidth + words * wordWidth),
        actions: batch * actions * rank,
      });
  }
}

/** Multiply-adds of Uo, Vw and Aa for all objects, words and actions. */
export function projectionCost(sizes: FactoredSizes): number {
  const { batch, objects, words, actions, objectWidth, wordWidth, actionWidth, rank } = sizes;
  return (
    projectionMultiplyAdds(batch * objects, objectWidth, rank) +
    projectionMultiplyAdds(batch * words, wordWidth, rank) +
    projectionMultiplyAdds(batch * actions, actionWidth, rank)
  );
}

function totalled(parts: Omit<ActionScoreCost, "total">): ActionScoreCost {
  return { ...parts, total: parts.projections + parts.pairs + parts.actions };
}

import { type Tensor, zeros } from "@xattn/core";
import type { FactoredSizes } from "./factors.ts";

export interface LowRankActionScores {
  /** [b, k], float64 */
  readonly scores: Tensor<"float64">;
  /** Counted while they were made; an addition counts as one. */
  readonly multiplyAdds: number;
}

/** The sum S [r] over all pairs, and what it took. */
export interface Contraction {
  readonly sums: Float64Array;
  readonly multiplyAdds: number;
}

/**
 * ActionScore(aₖ) = Σ_r S_r·(Aaₖ)_r. S does not depend on the action, so it is formed once a batch entry, unless each
 * action has weights of its own.
 */
export function scoreActions(
  { batch, actions, rank }: FactoredSizes,
  projectedActions: Float64Array,
  perAction: boolean,
  contract: (batch: number, action: number) => Contraction,
): LowRankActionScores {
  const scores = zeros([batch, actions], "float64");
  let multiplyAdds = 0;
  for (let b = 0; b < batch; b += 1) {
    let contraction: Contraction | undefined;
    for (let k = 0; k < actions; k += 1) {
      if (!contraction || perAction) {
        contraction = contract(b, k);
        multiplyAdds += contraction.multiplyAdds;
      }
      const row = (b * actions + k) * rank;
      let score = 0;
      for (let r = 0; r < rank; r += 1) score += contraction.sums[r]! * projectedActions[row + r]!;
      multiplyAdds += rank;
      scores.data[b * actions + k] = score;
    }
  }
  return { scores, multiplyAdds };
}

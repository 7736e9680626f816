import type { AttentionProblem } from "@xattn/core";

/**
 * The Lipschitz constant of a row's weights as a function of its logits in ℓ2, or nothing where none is known here.
 *
 * Softmax: ½ (Nair 2025), which halves the 1 of Gao and Pavel 2017, proposition 4; at temperature τ, that is
 * with logits x/τ, 1/(2τ) in x. 1.5-entmax: 1, since the Tsallis entropy that it maximizes is 1-strongly concave in ℓ2
 * on the simplex, its second derivatives being at most −1 (Blondel, Martins and Niculae 2020). topK jumps
 * where two logits trade places, and linear attention has no logits.
 *
 * @returns undefined also for problems with past, modifiers, bias, mask or sinks
 */
export function weightsLipschitz(problem: AttentionProblem): number | undefined {
  const { past, modifiers, bias, mask, sinks, variant } = problem;
  if (past || modifiers?.length || bias || mask || sinks) return undefined;
  switch (variant?.kind ?? "standard") {
    case "standard":
    case "chunked":
      return 0.5;
    case "entmax":
      return 1;
    default:
      return undefined;
  }
}

import type { AttentionProblem } from "@xattn/core";
import { headsOf } from "./heads.ts";
import { centred, spectralNormAtMost } from "./matrix-norm.ts";
import { weightsLipschitz } from "./weights.ts";

/**
 * An upper bound on ‖out′ − out‖₂ between two problems of the same shape and scale that differ in query, key and value,
 * or nothing for variants without one. For a head, with P the weights, s the scale, c the constant of
 * `weightsLipschitz`:
 *
 * out′ − out = (P′ − P)·V + P′·(V′ − V), ‖P′ − P‖ ≤ c·s·(‖Kc‖₂·‖Q′ − Q‖ + ‖Q′‖₂·‖K′ − K‖), ‖P′‖₂ ≤ √n,
 *
 * Kc and Vc centred over the keys, since weights sum to 1 before and after. Holds for changes of any size, not only
 * for small ones.
 *
 * @returns undefined for topK and linear attention, and for problems with past, modifiers, bias, mask or sinks
 */
export function certifiedOutputChange(before: AttentionProblem, after: AttentionProblem): number | undefined {
  const constant = weightsLipschitz(before);
  if (constant === undefined) return undefined;
  const moved = headsOf(after);
  const bounds = headsOf(before).map(({ query, key, value, n, d, e, scale }, index) => {
    const to = moved[index]!;
    const byQuery = spectralNormAtMost(centred(key, d), d) * distance(query, to.query);
    const byKey = spectralNormAtMost(to.query, d) * distance(key, to.key);
    const weights = constant * scale * (byQuery + byKey);
    return weights * spectralNormAtMost(centred(value, e), e) + Math.sqrt(n) * distance(value, to.value);
  });
  return Math.hypot(...bounds);
}

function distance(left: Float64Array, right: Float64Array): number {
  return Math.sqrt(left.reduce((sum, value, index) => sum + (value - right[index]!) ** 2, 0));
}

import type { AttentionProblem } from "@xattn/core";
import type { InputName } from "../perturb/perturbation.ts";
import { headsOf } from "./heads.ts";
import { centred, spectralNormAtMost } from "./matrix-norm.ts";
import { weightsLipschitz } from "./weights.ts";

/**
 * A constant L with ‖out′ − out‖₂ ≤ L·‖x′ − x‖₂ for changes of any size of the named inputs x away from this problem, or
 * nothing for variants without one. By query c·s·‖Kc‖₂·‖Vc‖₂, by key c·s·‖Q‖₂·‖Vc‖₂, by value √n, the letters those of
 * `certifiedOutputChange`; for several inputs the root of the sum of squares, by the inequality of Cauchy and Schwarz.
 * Query and key together have none, since each enters the constant of the other.
 *
 * @param inputs "query", "key" and "value" in any number, but not both query and key
 */
export function certifiedLipschitz(problem: AttentionProblem, inputs: readonly InputName[]): number | undefined {
  const constant = weightsLipschitz(problem);
  if (constant === undefined || (inputs.includes("query") && inputs.includes("key"))) return undefined;
  const constants = headsOf(problem).map(({ query, key, value, d, e, n, scale }) => {
    const values = spectralNormAtMost(centred(value, e), e);
    const by: Readonly<Record<InputName, () => number>> = {
      query: () => constant * scale * spectralNormAtMost(centred(key, d), d) * values,
      key: () => constant * scale * spectralNormAtMost(query, d) * values,
      value: () => Math.sqrt(n),
    };
    return Math.hypot(...inputs.map((name) => by[name]()));
  });
  const shared = problem.query.shape[1]! / problem.key.shape[1]!;
  // A key-value head is read by several query heads, whose changes add up in squares.
  return Math.max(...constants) * (inputs.includes("query") && inputs.length === 1 ? 1 : Math.sqrt(shared));
}

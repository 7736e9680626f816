import { UnsupportedError } from "../errors/errors.ts";
import type { AttentionProblem } from "../problem/problem.ts";
import type { ProblemSizes } from "../problem/sizes.ts";
import { validateProblem } from "../problem/validate.ts";
import type { FeatureMap } from "../problem/variant.ts";
import { checkFeatureMap } from "./features/check.ts";
import { type Reach, reachOf } from "./mask/reach.ts";

export interface LinearProblem {
  readonly sizes: ProblemSizes;
  /** One for each batch entry. */
  readonly reach: readonly Reach[];
}

/**
 * Checks that a problem is sound and that a sum over keys alone computes it.
 *
 * @throws ShapeError, ArgumentError when it is not sound
 * @throws UnsupportedError for logits that no feature map sees: modifiers, bias, sinks, masks other than causal and
 * padding, and a scale ≤ 0 on a kernel that is not an exponential
 */
export function checkLinearProblem(problem: AttentionProblem, featureMap: FeatureMap): LinearProblem {
  const sizes = validateProblem(problem);
  checkFeatureMap(featureMap);
  if (problem.modifiers && problem.modifiers.length > 0) throw refuse("modifiers");
  if (problem.bias) throw refuse("bias");
  if (problem.sinks) throw refuse("sinks");
  if (featureMap.kind !== "favor+" && problem.scale !== undefined && problem.scale <= 0) {
    throw new UnsupportedError(
      `scale: ${problem.scale} has no meaning for the ${featureMap.kind} kernel, where a factor cancels; needs > 0`,
    );
  }
  const { batch, heads, n, m } = sizes;
  return { sizes, reach: reachOf(problem.mask, { batch, heads, queries: n, keys: m }) };
}

function refuse(name: string): UnsupportedError {
  return new UnsupportedError(`${name}: linear attention forms no logits that it could be applied to`);
}

import { UnsupportedError } from "../errors/errors.ts";
import type { AttentionProblem } from "../problem/problem.ts";
import type { ProblemSizes } from "../problem/sizes.ts";
import type { FeatureMap } from "../problem/variant.ts";
import { checkSoftmaxProblem } from "./check-softmax.ts";
import { checkFeatureMap } from "./features/check.ts";
import type { Reach } from "./mask/reach.ts";

export interface LinearProblem {
  readonly sizes: ProblemSizes;
  /** One for each batch entry. */
  readonly reach: readonly Reach[];
}

/**
 * Checks that a problem is sound and that a running sum over keys computes it.
 *
 * @throws ShapeError, ArgumentError when it is not sound
 * @throws UnsupportedError for modifiers, bias, sinks, masks other than causal and padding, and a scale ≤ 0 on a
 * kernel that is not an exponential
 */
export function checkLinearProblem(problem: AttentionProblem, featureMap: FeatureMap): LinearProblem {
  const checked = checkSoftmaxProblem(problem, "linear attention");
  checkFeatureMap(featureMap);
  if (featureMap.kind !== "favor+" && problem.scale !== undefined && problem.scale <= 0) {
    throw new UnsupportedError(
      `scale: ${problem.scale} has no meaning for the ${featureMap.kind} kernel, where a factor cancels; needs > 0`,
    );
  }
  return checked;
}

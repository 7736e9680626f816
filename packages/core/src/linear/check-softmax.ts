import { UnsupportedError } from "../errors/errors.ts";
import type { AttentionProblem } from "../problem/problem.ts";
import { validateProblem } from "../problem/validate.ts";
import type { LinearProblem } from "./check.ts";
import { reachOf } from "./mask/reach.ts";

/**
 * Checks a problem for a form that approximates the softmax of scale·QKᵀ without forming its logits.
 *
 * @throws ShapeError, ArgumentError when it is not sound
 * @throws UnsupportedError for modifiers, bias, sinks and masks other than causal and padding
 */
export function checkSoftmaxProblem(problem: AttentionProblem, form: string): LinearProblem {
  const sizes = validateProblem(problem);
  const refused =
    (problem.modifiers && problem.modifiers.length > 0 && "modifiers") ||
    (problem.bias && "bias") ||
    (problem.sinks && "sinks");
  if (refused) throw new UnsupportedError(`${refused}: ${form} forms no logits that it could be applied to`);
  const { batch, heads, n, m } = sizes;
  return { sizes, reach: reachOf(problem.mask, { batch, heads, queries: n, keys: m }) };
}

import { bindShape, type Tensor, toFloat64 } from "@xattn/core";
import { argmax, type Best } from "./argmax.ts";

/**
 * The action with the highest score, for each batch entry; of equal ones the first. The margin is in units of the score.
 *
 * @param scores [b, k]
 * @throws ShapeError when the scores are not [b, k]
 * @throws ArgumentError when there is no action, or a score is NaN
 */
export function selectAction(scores: Tensor): readonly Best[] {
  const { b, k } = bindShape("scores", scores, ["b", "k"]);
  const data = toFloat64(scores);
  return Array.from({ length: b }, (_, entry) => argmax(`scores[${entry}]`, data.subarray(entry * k, (entry + 1) * k)));
}

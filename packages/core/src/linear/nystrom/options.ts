import { ArgumentError, UnsupportedError } from "../../errors/errors.ts";
import type { AttentionProblem } from "../../problem/problem.ts";
import type { LinearProblem } from "../check.ts";
import { checkSoftmaxProblem } from "../check-softmax.ts";

export interface NystromOptions {
  /** Number l of segment means that stand for the queries and for the keys; at most n and at most m. */
  readonly landmarks: number;
  /**
   * How the l×l matrix is inverted: so many steps of the iteration of order 3 (Razavi et al. 2014; Xiong et al. 2021,
   * equation 11), 6 as in the paper when absent; or "exact", by singular values.
   */
  readonly inverse?: number | "exact";
}

export const defaultInverse = 6;

/** @throws ShapeError, ArgumentError, UnsupportedError: see `referenceNystromAttention` */
export function checkNystrom(problem: AttentionProblem, { landmarks, inverse }: NystromOptions): LinearProblem {
  const checked = checkSoftmaxProblem(problem, "Nyström attention");
  const { n, m } = checked.sizes;
  if (!Number.isSafeInteger(landmarks) || landmarks < 1 || landmarks > Math.min(n, m)) {
    throw new ArgumentError(`landmarks: ${landmarks} needs to be an integer from 1 to min(n, m) = ${Math.min(n, m)}`);
  }
  if (typeof inverse === "number" && (!Number.isSafeInteger(inverse) || inverse < 1)) {
    throw new ArgumentError(`inverse: ${inverse} is neither "exact" nor a number of steps 1, 2, 3, …`);
  }
  if (checked.reach.some(({ offset }) => offset !== Number.POSITIVE_INFINITY)) {
    throw new UnsupportedError("mask: a landmark mixes positions, so Nyström attention cannot be causal");
  }
  return checked;
}

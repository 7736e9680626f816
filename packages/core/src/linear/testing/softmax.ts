import type { AttentionProblem } from "../../problem/problem.ts";
import { referenceAttention } from "../../reference/attention.ts";

/** Exact softmax attention, to which the approximations are held. */
export function softmaxAttention(problem: AttentionProblem): Float64Array {
  return referenceAttention(problem).output.data as Float64Array;
}

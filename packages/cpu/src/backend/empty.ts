import {
  type AttentionOutputs,
  type AttentionProblem,
  type AttentionResult,
  type ProblemSizes,
  tensor,
  toFloat64,
  UnsupportedError,
  zeros,
} from "@xattn/core";

/** Whether there is nothing to multiply: an axis of length 0. */
export function isEmpty({ batch, heads, n, m, d, e }: ProblemSizes): boolean {
  return batch * heads * n * m * d * e === 0;
}

/**
 * Zeros of the right shapes, and log-sum-exps of the sinks alone.
 *
 * @throws UnsupportedError for keys and queries of width 0, whose weights are even
 */
export function emptyResult(
  problem: AttentionProblem,
  { batch, heads, n, m, d, e }: ProblemSizes,
  outputs: AttentionOutputs,
): Omit<AttentionResult, "path"> {
  if (d === 0 && batch * heads * n * m > 0) {
    throw new UnsupportedError("query: d = 0, which the cpu backend does not compute; use the plain backend");
  }
  if (e === 0 && m > 0 && (outputs.weights || outputs.logSumExp)) {
    throw new UnsupportedError("value: e = 0, for which the cpu backend gives no weights; use the plain backend");
  }
  const sinks = problem.sinks && toFloat64(problem.sinks);
  const logSumExp = Float64Array.from(
    { length: batch * heads * n },
    (_, row) => sinks?.[Math.floor(row / n) % heads] ?? Number.NEGATIVE_INFINITY,
  );
  return {
    output: zeros([batch, heads, n, e], problem.query.dtype),
    ...(outputs.weights && { weights: zeros([batch, heads, n, m], "float32") }),
    ...(outputs.logSumExp && { logSumExp: tensor([batch, heads, n], logSumExp) }),
  };
}

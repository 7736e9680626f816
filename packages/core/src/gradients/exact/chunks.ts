import { mergeRow, type RowPart } from "../../merge/merge-row.ts";
import { softmax } from "../../reference/softmax.ts";
import { sensitivityMean } from "./row-jacobian.ts";

/** What is kept of a row between the two passes over its keys: two numbers instead of its weights. */
export interface ChunkedRow {
  readonly logSumExp: number;
  /** Σⱼ pⱼ·uⱼ, the sink's u included. */
  readonly mean: number;
}

/**
 * The first pass over one row: its log-sum-exp and the mean of some u under its weights, the keys taken `chunk` at a
 * time (Rabe and Staats 2021). In the backward pass u is dP, and the mean is the D of Dao et al. 2022,
 * appendix B.2: D = Σⱼ Pⱼ·dPⱼ, which is dO·O when only the output has a gradient.
 *
 * @param logitsOf the logits of the keys from ≤ j < to
 * @param valuesOf u of those keys; not needed where the weight is 0
 */
export function firstPass(
  keys: number,
  chunk: number,
  sink: { readonly logit: number; readonly u: number },
  logitsOf: (from: number, to: number) => Float64Array,
  valuesOf: (from: number, weights: Float64Array) => Float64Array,
): ChunkedRow {
  const parts: RowPart[] = [{ output: [sink.u], logSumExp: sink.logit }];
  for (let from = 0; from < keys; from += chunk) {
    const { weights, logSumExp } = softmax(logitsOf(from, Math.min(keys, from + chunk)));
    parts.push({ output: [sensitivityMean(weights, valuesOf(from, weights))], logSumExp });
  }
  const mean = new Float64Array(1);
  const logSumExp = mergeRow(parts, mean);
  return { logSumExp, mean: mean[0]! };
}

/** The second pass: the weights of a chunk again, P = exp(x − log-sum-exp) (Dao et al. 2022, algorithm 4). */
export function recomputedWeights(logits: Float64Array, logSumExp: number): Float64Array {
  return logits.map((logit) => (logit === Number.NEGATIVE_INFINITY ? 0 : Math.exp(logit - logSumExp)));
}

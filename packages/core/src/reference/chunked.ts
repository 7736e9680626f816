import { mergeRow, type RowPart } from "../merge/merge-row.ts";
import type { Rows } from "./rows.ts";
import { weightedSum } from "./rows.ts";
import { softmax, type WeighedRow } from "./softmax.ts";

/**
 * One row of attention with the keys taken `chunk` at a time, merged by log-sum-exp (Rabe and Staats 2021). The sink
 * is a part whose value is zero.
 */
export function chunkedRow(
  logits: Float64Array,
  values: Rows,
  width: number,
  chunk: number,
  sink: number,
): WeighedRow & { readonly output: Float64Array } {
  const parts: RowPart[] = [{ output: new Float64Array(width), logSumExp: sink }];
  for (let start = 0; start < logits.length; start += chunk) {
    const part = softmax(logits.subarray(start, start + chunk));
    const output = weightedSum(part.weights, values.slice(start, start + chunk), width);
    parts.push({ output, logSumExp: part.logSumExp });
  }
  const output = new Float64Array(width);
  const logSumExp = mergeRow(parts, output);
  const weights = logits.map((logit) => (logit === Number.NEGATIVE_INFINITY ? 0 : Math.exp(logit - logSumExp)));
  return { output, weights, logSumExp };
}

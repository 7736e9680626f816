import { type AttentionOptions, attention, type Tensor, toFloat64 } from "@xattn/core";
import type { RecordedAttention } from "./recorded-attention.ts";

/** This project's weights for the recorded queries and keys, [1, h, n, n]; by the "plain" backend unless told. */
export function reproducedWeights(
  { query, key, value, scale }: RecordedAttention,
  options: Pick<AttentionOptions, "backend"> = {},
): Tensor {
  return attention(query, key, value, { ...options, scale, weights: true }).weights!;
}

/** The largest difference of any weight from the encoder's own softmax. */
export function reproductionError(record: RecordedAttention, options: Pick<AttentionOptions, "backend"> = {}): number {
  return largestDifference(reproducedWeights(record, options), record.weights);
}

/** The largest |left − right| of two tensors of one shape. */
export function largestDifference(left: Tensor, right: Tensor): number {
  const [a, b] = [toFloat64(left), toFloat64(right)];
  return a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - b[index]!)), 0);
}

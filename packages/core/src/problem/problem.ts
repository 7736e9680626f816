import type { Mask, ScoreModifier } from "@xattn/masking";
import type { Tensor } from "../tensor/tensor.ts";
import type { Variant } from "./variant.ts";

/**
 * One attention to compute, as plain data, for any backend.
 *
 * Letters: b batch, h query heads, g key-value heads (h is a multiple of g; query head i reads key-value head
 * ⌊i / (h/g)⌋), n queries, m keys, d width of queries and keys, e width of values.
 *
 * The logits are formed in this order: scale·q·kᵀ, then `modifiers` in their order, then `bias`, then `mask`
 * (a key that is not allowed gets −∞). A row with no allowed key yields zeros.
 */
export interface AttentionProblem {
  /** [b, h, n, d] */
  readonly query: Tensor;
  /** [b, g, m, d] */
  readonly key: Tensor;
  /** [b, g, m, e] */
  readonly value: Tensor;
  /** Keys and values of earlier calls, put in front: [b, g, p, d] and [b, g, p, e]; m then counts p + new. */
  readonly past?: { readonly key: Tensor; readonly value: Tensor };
  /** Factor on q·kᵀ; 1/√d when absent. */
  readonly scale?: number;
  readonly modifiers?: readonly ScoreModifier[];
  /** Added to the logits; broadcasts to [b, h, n, m] by the rule of trailing axes. −∞ forbids a key. */
  readonly bias?: Tensor;
  readonly mask?: Mask;
  /** One extra logit a query head, [h], that takes part in the softmax's denominator and carries no value. */
  readonly sinks?: Tensor;
  /** How the weights are formed; `{ kind: "standard" }` when absent. */
  readonly variant?: Variant;
}

export interface AttentionOutputs {
  /** Return the attention weights [b, h, n, m]. */
  readonly weights?: boolean;
  /**
   * Return the log-sum-exp of every row's logits [b, h, n], the sink's included: weights are exp(logit − log-sum-exp).
   * −∞ for a row with no allowed key and no sink. Entmax and linear attention have none.
   */
  readonly logSumExp?: boolean;
}

export interface AttentionResult {
  /** [b, h, n, e] */
  readonly output: Tensor;
  readonly weights?: Tensor;
  readonly logSumExp?: Tensor;
  /** Which way was taken, for people: "plain/chunked(128)". Never left to be guessed. */
  readonly path: string;
}

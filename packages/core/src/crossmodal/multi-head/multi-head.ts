import type { AttentionOptions } from "../../attention/attention.ts";
import {
  type AttentionProjections,
  type CrossAttentionInputs,
  type ProjectedResult,
  projectedAttention,
} from "./projected.ts";

/** The learned matrices of multi-head attention, W^O and the number of heads among them. */
export type MultiHeadProjections = AttentionProjections & Required<Pick<AttentionProjections, "output" | "heads">>;

/**
 * MultiHead(Q, K, V) = Concat(head₁, …, headₕ)W^O with headᵢ = Attention(QWᵢ^Q, KWᵢ^K, VWᵢ^V) (Vaswani et al. 2017,
 * section 3.2.2). The matrices of all heads stand side by side: head i of `query.weight` is its columns
 * i·d … (i + 1)·d − 1.
 *
 * Projections sum in float64 and round to the element type of their input, as the "plain" backend does; with
 * `backend: "reference"` all is float64.
 *
 * @param inputs queries [b, n, dq] and context [b, m, dc]; dq and dc may differ
 * @param options as for `attention`, over heads of width d; `weights: true` returns those of each head, [b, h, n, m]
 * @returns output [b, n, out]
 * @throws ShapeError, ArgumentError when inputs and projections do not fit each other
 * @throws UnsupportedError when the backend does not compute it
 */
export function multiHeadAttention(
  inputs: CrossAttentionInputs,
  projections: MultiHeadProjections,
  options: AttentionOptions = {},
): ProjectedResult {
  return projectedAttention(inputs, projections, options);
}

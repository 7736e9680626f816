import type { AttentionOptions } from "../../attention/attention.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import {
  type AttentionProjections,
  type CrossAttentionInputs,
  type ProjectedResult,
  projectedAttention,
} from "../multi-head/projected.ts";
import { plainNames } from "../multi-head/sizes.ts";

/** The two modalities; their widths and lengths may differ. */
export interface VisionLanguage {
  /** [b, n, dv], visual tokens v₁ … vₙ */
  readonly vision: Tensor;
  /** [b, m, dl], words l₁ … lₘ */
  readonly language: Tensor;
}

/**
 * CrossModalAttention(V, L) = Attention(Q_L, K_V, V_V) with Q_L = L·W_Q^L, K_V = V·W_K^V, V_V = V·W_V^V: one modality
 * looks into another (Lu et al. 2019, section 3.1; without the heads and W^O unless `projections` has them).
 *
 * @param inputs queries [b, n, dq], the modality that looks, and context [b, m, dc], the one looked at
 * @returns output [b, n, out], a row for each query; weights [b, h, n, m] when asked for
 * @throws ShapeError, ArgumentError when inputs and projections do not fit each other
 * @throws UnsupportedError when the backend does not compute it
 */
export function crossModalAttention(
  inputs: CrossAttentionInputs,
  projections: AttentionProjections,
  options: AttentionOptions = {},
): ProjectedResult {
  return projectedAttention(inputs, projections, options);
}

/**
 * A_VL = softmax(Q_V·K_Lᵀ/√d)V_L: each visual token gathers the words that concern it.
 *
 * @param inputs vision [b, n, dv] and language [b, m, dl]
 * @param projections query W_Q^V [dv, h·d], key W_K^L [dl, g·d], value W_V^L [dl, g·e]
 * @returns output [b, n, out]; weights [b, h, n, m] when asked for
 * @throws as `crossModalAttention`
 */
export function visionAttendsLanguage(
  { vision, language }: VisionLanguage,
  projections: AttentionProjections,
  options: AttentionOptions = {},
): ProjectedResult {
  const names = { ...plainNames, queries: "vision", context: "language" };
  return projectedAttention({ queries: vision, context: language }, projections, options, names);
}

/**
 * A_LV = softmax(Q_L·K_Vᵀ/√d)V_V: each word gathers the visual tokens that it refers to.
 *
 * @param inputs vision [b, n, dv] and language [b, m, dl]
 * @param projections query W_Q^L [dl, h·d], key W_K^V [dv, g·d], value W_V^V [dv, g·e]
 * @returns output [b, m, out]; weights [b, h, m, n] when asked for
 * @throws as `crossModalAttention`
 */
export function languageAttendsVision(
  { vision, language }: VisionLanguage,
  projections: AttentionProjections,
  options: AttentionOptions = {},
): ProjectedResult {
  const names = { ...plainNames, queries: "language", context: "vision" };
  return projectedAttention({ queries: language, context: vision }, projections, options, names);
}

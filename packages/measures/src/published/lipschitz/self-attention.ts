import { type AttentionProblem, attentionJvp, attentionVjp, type Tensor, tensor } from "@xattn/core";
import type { LinearMap } from "../spectral/spectral-norm.ts";

/**
 * The Jacobian of self-attention X ↦ softmax(XXᵀ)X at X, [1, 1, n, d], as a map of ℝⁿᵈ: queries, keys and values are
 * the tokens themselves and all move with them. The logits have no factor 1/√d, as in Castin et al. 2024 with A = V = I.
 */
export function selfAttentionJacobian(tokens: Tensor<"float64">): LinearMap {
  const problem: AttentionProblem = { query: tokens, key: tokens, value: tokens, scale: 1 };
  const like = (data: Float64Array) => tensor(tokens.shape, data);
  return {
    columns: tokens.data.length,
    apply(x) {
      const tangent = like(x);
      return attentionJvp(problem, { query: tangent, key: tangent, value: tangent }).output.data;
    },
    applyTransposed(y) {
      const { query, key, value } = attentionVjp(problem, like(y));
      return query.data.map((ofQuery, index) => ofQuery + key.data[index]! + value.data[index]!);
    },
  };
}

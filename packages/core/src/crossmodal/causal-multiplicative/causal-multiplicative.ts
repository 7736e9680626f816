import { type Alignment, causal, compileMask } from "@xattn/masking";
import type { AttentionResult } from "../../problem/problem.ts";
import { validateProblem } from "../../problem/validate.ts";
import { referenceLogits } from "../../reference/logits.ts";
import { convert } from "../../tensor/convert.ts";
import { zeros } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { softmaxOverKeys } from "../co-attention/softmax-axes.ts";
import { weightedValues } from "../co-attention/weighted-values.ts";

export interface CausalMultiplicativeOptions {
  /** Where the diagonal lies for n ≠ m; "top-left" when absent. */
  readonly alignment?: Alignment;
  /** 1/√d when absent. */
  readonly scale?: number;
}

export interface CausalMultiplicativeResult extends AttentionResult {
  readonly weights: Tensor<"float64">;
  /** Each query's weight on keys that it must not see, [b, h, n]; causal attention has zeros. */
  readonly leaked: Tensor<"float64">;
}

/**
 * softmax((QKᵀ ⊙ mask)/√d)V with a lower triangular mask of ones and zeros: **not** causal attention, and here only to
 * show what goes wrong with it. A logit that is multiplied with 0 becomes 0, and exp(0) = 1 is a weight like any other:
 * every future key keeps it, more than an allowed key whose logit is negative. For logits of independent unit normals
 * and n = m, about 42 % of all weight goes to the future. Use `mask: causal()`, which makes the logit −∞ before the
 * softmax, so that the weight is 0.
 *
 * Computed in float64; the output has the element type of the query.
 *
 * @param query [b, h, n, d]
 * @param key [b, g, m, d]
 * @param value [b, g, m, e]
 * @throws ShapeError, ArgumentError when the tensors do not fit each other
 */
export function causalMultiplicative(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  { alignment = "top-left", scale }: CausalMultiplicativeOptions = {},
): CausalMultiplicativeResult {
  const problem = { query, key, value, ...(scale !== undefined && { scale }) };
  const { batch, heads, n, m } = validateProblem(problem);
  const allows = compileMask(causal(alignment), { batch, heads, queries: n, keys: m });
  const logits = referenceLogits(problem, "scaled");
  const forbidden = (index: number) => {
    const row = Math.floor(index / m);
    return !allows(Math.floor(row / (heads * n)), Math.floor(row / n) % heads, row % n, index % m);
  };
  logits.data.forEach((_, index) => {
    if (forbidden(index)) logits.data[index]! *= 0;
  });
  const weights = softmaxOverKeys(logits);
  const leaked = zeros([batch, heads, n], "float64");
  weights.data.forEach((weight, index) => {
    if (forbidden(index)) leaked.data[Math.floor(index / m)]! += weight;
  });
  const output = convert(weightedValues(weights, value), query.dtype);
  return { output, weights, leaked, path: "causal-multiplicative" };
}

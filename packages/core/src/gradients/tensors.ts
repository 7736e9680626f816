import type { AttentionProblem } from "../problem/problem.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { InputArrays } from "./flow.ts";
import { splitPast } from "./past.ts";

/** The gradient of a scalar by query, key, value and past, each in the input's own shape. */
export interface QueryKeyValueGradients {
  /** [b, h, n, d] */
  readonly query: Tensor<"float64">;
  /** [b, g, m, d]: summed over the query heads that read the key-value head */
  readonly key: Tensor<"float64">;
  /** [b, g, m, e] */
  readonly value: Tensor<"float64">;
  readonly past?: { readonly key: Tensor<"float64">; readonly value: Tensor<"float64"> };
}

/** Gradients of 0 to add to, one for each input. */
export function zeroGradients({ query, key, value, bias, sinks }: InputArrays): InputArrays {
  return {
    query: new Float64Array(query.length),
    key: new Float64Array(key.length),
    value: new Float64Array(value.length),
    ...(bias && { bias: new Float64Array(bias.length) }),
    ...(sinks && { sinks: new Float64Array(sinks.length) }),
  };
}

/** Gradients as tensors in the shapes of their inputs, the past apart again. */
export function gradientTensors(problem: AttentionProblem, gradients: InputArrays): QueryKeyValueGradients {
  const key = splitPast(gradients.key, problem.past?.key, problem.key);
  const value = splitPast(gradients.value, problem.past?.value, problem.value);
  return {
    query: inShapeOf(problem.query, gradients.query),
    key: key.recent,
    value: value.recent,
    ...(key.past && value.past && { past: { key: key.past, value: value.past } }),
  };
}

export function inShapeOf({ shape }: Tensor, data: Float64Array): Tensor<"float64"> {
  return { dtype: "float64", shape: [...shape], data };
}

import { softmax } from "../../reference/softmax.ts";
import { toFloat64 } from "../../tensor/convert.ts";
import { tensor } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { bindShape } from "../shape/bind-shape.ts";

/**
 * Each query's weights over the keys: Σⱼ αᵢⱼ = 1. Rows where all logits are −∞ get zeros. Float64.
 *
 * @param logits [b, h, n, m]
 * @returns [b, h, n, m]
 */
export function softmaxOverKeys(logits: Tensor): Tensor<"float64"> {
  const { b, h, n, m } = bindShape("logits", logits, ["b", "h", "n", "m"]);
  return softmaxRows(toFloat64(logits), [b, h, n, m]);
}

/**
 * Each key's weights over the queries, from the same logits: what the keys see when they look back. Float64.
 *
 * @param logits [b, h, n, m]
 * @returns [b, h, m, n], transposed, so that a row is again one that looks
 */
export function softmaxOverQueries(logits: Tensor): Tensor<"float64"> {
  const { b, h, n, m } = bindShape("logits", logits, ["b", "h", "n", "m"]);
  const source = toFloat64(logits);
  const transposed = new Float64Array(source.length);
  for (let matrix = 0; matrix < b * h; matrix += 1) {
    const start = matrix * n * m;
    for (let i = 0; i < n; i += 1) {
      for (let j = 0; j < m; j += 1) transposed[start + j * n + i] = source[start + i * m + j]!;
    }
  }
  return softmaxRows(transposed, [b, h, m, n]);
}

function softmaxRows(logits: Float64Array, shape: readonly [number, number, number, number]): Tensor<"float64"> {
  const width = shape[3];
  for (let start = 0; start < logits.length; start += width) {
    logits.set(softmax(logits.subarray(start, start + width)).weights, start);
  }
  return tensor(shape, logits);
}

import type { AttentionProblem } from "../../problem/problem.ts";
import { cachedMatricesOf, dot, matricesOf, type Rows, weightedSum } from "../../reference/rows.ts";
import { softmax } from "../../reference/softmax.ts";
import { zeros } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkLinformer, drawProjection, type LinformerProjection } from "./projection.ts";

/**
 * Linformer attention in float64: softmax(scale·Q(EK)ᵀ)(FV), where E and F shorten the m keys and values to k (Wang
 * et al. 2020, equation 7). With the identity for both it is softmax attention.
 *
 * @returns [b, h, n, e]
 * @throws ShapeError, ArgumentError when the problem is not sound or the projection does not fit m keys
 * @throws UnsupportedError for modifiers, bias, sinks and masks
 */
export function referenceLinformerAttention(
  problem: AttentionProblem,
  projection: LinformerProjection,
): Tensor<"float64"> {
  const sizes = checkLinformer(problem);
  const { batch, heads, n, m, d, e } = sizes;
  const scale = problem.scale ?? 1 / Math.sqrt(d);
  const { rank, ...drawn } = drawProjection(projection, m);
  const project = (matrix: Float64Array, rows: Rows, width: number): Rows =>
    Array.from({ length: rank }, (_, row) => weightedSum(matrix.subarray(row * m, (row + 1) * m), rows, width));
  const query = matricesOf(problem.query);
  const key = cachedMatricesOf(problem.past?.key, problem.key, sizes);
  const value = cachedMatricesOf(problem.past?.value, problem.value, sizes);
  const output = zeros([batch, heads, n, e], "float64");
  for (let b = 0; b < batch; b += 1) {
    for (let h = 0; h < heads; h += 1) {
      const keys = project(drawn.key, key(b, h), d);
      const values = project(drawn.value, value(b, h), e);
      for (const [i, q] of query(b, h).entries()) {
        const { weights } = softmax(Float64Array.from(keys, (k) => scale * dot(q, k)));
        output.data.set(weightedSum(weights, values, e), ((b * heads + h) * n + i) * e);
      }
    }
  }
  return output;
}

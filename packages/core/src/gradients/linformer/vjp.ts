import type { LinformerProjection } from "../../linear/linformer/projection.ts";
import type { AttentionProblem } from "../../problem/problem.ts";
import { toFloat64 } from "../../tensor/convert.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { needSameShape } from "../check.ts";
import { inputArrays } from "../inputs.ts";
import { add, timesTransposed, transposedTimes, zeroMatrix } from "../matrix.ts";
import { pullSoftmaxRows } from "../softmax-rows.ts";
import { gradientTensors, inShapeOf, type QueryKeyValueGradients, zeroGradients } from "../tensors.ts";
import { linformerParts } from "./heads.ts";

/** The gradient of a scalar by each input, the matrices E and F among them. */
export interface LinformerGradients extends QueryKeyValueGradients {
  /** Of a given projection, [k, m]; where F is E, there is one gradient, by both their parts. */
  readonly projection?: { readonly key: Tensor<"float64">; readonly value?: Tensor<"float64"> };
}

/**
 * The vector-Jacobian product of Linformer attention (reverse mode): the gradients of a scalar by query, key, value,
 * past and the projection matrices E and F from its gradient by the output, in float64 whatever the element types
 * (Wang et al. 2020, equation 7). With K̃ = E·K, Ṽ = F·V and P = softmax(s·Q·K̃ᵀ):
 *
 *     dP = dO·Ṽᵀ        dṼ = Pᵀ·dO        dE = dK̃·Kᵀ        dK = Eᵀ·dK̃        dF = dṼ·Vᵀ        dV = Fᵀ·dṼ
 *
 * E and F serve all heads, so their gradients are summed over batch and query heads. A projection that is drawn
 * (`random`, `mean`) is a constant; `linformerProjection` gives its matrix, to be given and trained. Memory is
 * O((n + m)·k) for one head at a time.
 *
 * @param outputGradient [b, h, n, e]
 * @throws ShapeError when the problem is not sound, the projection does not fit m keys or the gradient has not the
 * shape of the output
 * @throws ArgumentError when the problem is not sound or the rank is not within 1 … m
 * @throws UnsupportedError for modifiers, bias, sinks and masks
 */
export function linformerVjp(
  problem: AttentionProblem,
  projection: LinformerProjection,
  outputGradient: Tensor,
): LinformerGradients {
  const parts = linformerParts(problem, projection);
  const { key, value } = parts.projection;
  const { batch, heads, n, e } = parts.sizes;
  needSameShape("outputGradient", outputGradient, [batch, heads, n, e], "the output");
  const cotangent = toFloat64(outputGradient);
  const inputs = inputArrays(problem);
  const gradients = zeroGradients(inputs);
  const ofKeyProjection = zeroMatrix(key.rows, key.columns);
  const ofValueProjection = zeroMatrix(value.rows, value.columns);
  for (const { softmax, weights, keys, values, shortValues, rowsOf, outputRows } of parts.heads(inputs)) {
    const ofOutput = outputRows(cotangent);
    const fromWeights = pullSoftmaxRows(softmax, weights, timesTransposed(ofOutput, shortValues));
    const ofShortValues = transposedTimes(weights, ofOutput);

    const target = rowsOf(gradients);
    add(target.queries, fromWeights.queries);
    add(target.keys, transposedTimes(key, fromWeights.keys));
    add(target.values, transposedTimes(value, ofShortValues));
    add(ofKeyProjection, timesTransposed(fromWeights.keys, keys));
    add(ofValueProjection, timesTransposed(ofShortValues, values));
  }
  const ofInputs = gradientTensors(problem, gradients);
  if (projection.kind !== "given") return ofInputs;
  if (!projection.value) add(ofKeyProjection, ofValueProjection);
  return {
    ...ofInputs,
    projection: {
      key: inShapeOf(projection.key, ofKeyProjection.data),
      ...(projection.value && { value: inShapeOf(projection.value, ofValueProjection.data) }),
    },
  };
}

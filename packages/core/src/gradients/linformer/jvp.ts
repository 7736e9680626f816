import { ArgumentError } from "../../errors/errors.ts";
import type { LinformerProjection } from "../../linear/linformer/projection.ts";
import type { AttentionProblem } from "../../problem/problem.ts";
import { toFloat64 } from "../../tensor/convert.ts";
import { zeros } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { needTangentOf } from "../check.ts";
import { directionsOf, type QueryKeyValueTangents } from "../directions.ts";
import { inputArrays } from "../inputs.ts";
import { add, type Matrix, rowsAt, sum, times, zeroMatrix } from "../matrix.ts";
import { pushSoftmaxRows } from "../softmax-rows.ts";
import { linformerParts } from "./heads.ts";

/** The direction in which the inputs move: a tangent has the shape of its input; an absent one is 0. */
export interface LinformerInputTangents extends QueryKeyValueTangents {
  /** Of a given projection, [k, m]; where F is E, the tangent of E moves both. */
  readonly projection?: { readonly key?: Tensor; readonly value?: Tensor };
}

/**
 * The Jacobian-vector product of Linformer attention (forward mode): how the output [b, h, n, e] moves when query,
 * key, value, past and the projection matrices E and F move along `tangents`, in float64 whatever the element types
 * (Wang et al. 2020, equation 7). What holds for `linformerVjp` holds here; the two are adjoint.
 *
 *     dK̃ = dE·K + E·dK        dṼ = dF·V + F·dV        dO = dP·Ṽ + P·dṼ
 *
 * @throws ShapeError when the problem is not sound, the projection does not fit m keys or a tangent has not the shape
 * of its input
 * @throws ArgumentError when the problem is not sound, the rank is not within 1 … m, or there is a tangent of an input
 * that is not there, as are the matrices of a projection that is drawn
 * @throws UnsupportedError for modifiers, bias, sinks and masks
 */
export function linformerJvp(
  problem: AttentionProblem,
  projection: LinformerProjection,
  tangents: LinformerInputTangents,
): { readonly output: Tensor<"float64"> } {
  const parts = linformerParts(problem, projection);
  const { key, value } = parts.projection;
  const { batch, heads, n, e } = parts.sizes;
  const directions = directionsOf(problem, tangents);
  const ofProjection = projectionDirections(projection, key, tangents.projection);
  const output = zeros([batch, heads, n, e], "float64");
  for (const head of parts.heads(inputArrays(problem))) {
    const { softmax, weights, keys, values, shortValues } = head;
    const moving = head.rowsOf(directions);
    const ofShortKeys = sum(times(ofProjection.key, keys), times(key, moving.keys));
    const ofShortValues = sum(times(ofProjection.value, values), times(value, moving.values));
    const ofWeights = pushSoftmaxRows(softmax, weights, moving.queries, ofShortKeys);
    add(head.outputRows(output.data), sum(times(ofWeights, shortValues), times(weights, ofShortValues)));
  }
  return { output };
}

function projectionDirections(
  projection: LinformerProjection,
  { rows, columns }: Matrix,
  tangents: LinformerInputTangents["projection"],
): { readonly key: Matrix; readonly value: Matrix } {
  const still = zeroMatrix(rows, columns);
  if (!tangents) return { key: still, value: still };
  if (projection.kind !== "given") {
    throw new ArgumentError(
      `tangents.projection: given, but a projection of kind "${projection.kind}" is a constant; needs kind "given"`,
    );
  }
  needTangentOf("projection.key", tangents.key, projection.key);
  needTangentOf("projection.value", tangents.value, projection.value);
  const matrixOf = (tangent: Tensor | undefined): Matrix =>
    tangent ? rowsAt(toFloat64(tangent), 0, rows, columns) : still;
  const key = matrixOf(tangents.key);
  return { key, value: projection.value ? matrixOf(tangents.value) : key };
}

import {
  type AttentionInputTangents,
  type AttentionOutputs,
  type AttentionProblem,
  type AttentionTangents,
  type FeatureMap,
  needTangentOf,
  type ProblemSizes,
  type Tensor,
  UnsupportedError,
  withUnitValues,
  zeros,
} from "@xattn/core";
import type { Context } from "../backend/context.ts";
import { type Call, isEmpty, scanShape, segmentsOf, startCall, takeMatrix } from "./call.ts";
import { pushFeatures } from "./derivatives/features.ts";
import { type InputRows, inputRowsOfKeys, inputRowsOfQueries } from "./derivatives/inputs.ts";
import { quotients } from "./derivatives/quotients.ts";
import { float64Of } from "./derivatives/results.ts";
import { extendedValues, keyFeatures, queryFeatures } from "./inputs.ts";
import { runRows } from "./run-rows.ts";
import { runScan } from "./scan/run.ts";

/**
 * The Jacobian-vector product of linear attention, as core's `attentionJvp` defines it, computed in float32 with time
 * and scratch memory linear in n and m: with Nᵢ = Σⱼ (φ(qᵢ)·φ(kⱼ))·(vⱼ, 1),
 *
 *     dNᵢ = Σⱼ ((dφ(qᵢ), φ(qᵢ))·(φ(kⱼ), dφ(kⱼ)))·(vⱼ, 1) + Σⱼ (φ(qᵢ)·φ(kⱼ))·(dvⱼ, 0).
 *
 * The tangent of the weights costs O(n·m), through unit vectors as values.
 *
 * @returns tangents whose float32 numbers are given as float64
 * @throws ShapeError when the problem is not sound or a tangent has not the shape of its input
 * @throws ArgumentError when the problem is not sound or there is a tangent of an input that the problem has not
 * @throws UnsupportedError for what `linearAttention` does not compute, and the log-sum-exp
 */
export function linearJvp(
  context: Context,
  problem: AttentionProblem,
  sizes: ProblemSizes,
  featureMap: FeatureMap,
  tangents: AttentionInputTangents,
  outputs: AttentionOutputs = {},
): AttentionTangents {
  if (outputs.logSumExp) {
    throw new UnsupportedError("outputs.logSumExp: linear attention is not normalized by a log-sum-exp of logits");
  }
  const { key, value, past } = problem;
  needTangentOf("query", tangents.query, problem.query);
  needTangentOf("key", tangents.key, key);
  needTangentOf("value", tangents.value, value);
  needTangentOf("past.key", tangents.past?.key, past?.key);
  needTangentOf("past.value", tangents.past?.value, past?.value);
  needTangentOf("bias", tangents.bias, problem.bias);
  needTangentOf("sinks", tangents.sinks, problem.sinks);
  const output = tangentOf(startCall(context, problem, sizes, featureMap), tangents);
  if (!outputs.weights) return { output };
  const { query, key: ofKey, past: ofPast } = tangents;
  const constant: AttentionInputTangents = {
    ...(query && { query }),
    ...(ofKey && { key: ofKey }),
    ...(ofPast?.key && { past: { key: ofPast.key } }),
  };
  const unit = startCall(context, withUnitValues(problem), { ...sizes, e: sizes.m }, featureMap);
  return { output, weights: tangentOf(unit, constant) };
}

function tangentOf(call: Call, tangents: AttentionInputTangents): Tensor<"float64"> {
  const { context, sizes, features, valueRow, queries, keys, sight, constants } = call;
  const { batch, heads, n, e } = sizes;
  const shape = [batch, heads, n, e];
  if (isEmpty(call)) return zeros(shape, "float64");
  const { width, row } = features;
  const scales = call.map.kind === "favor+" ? takeMatrix(call, keys, 1) : 0;
  const query = takeMatrix(call, queries, 2 * row);
  const key = takeMatrix(call, keys, 2 * row);
  const half = 4 * row;
  queryFeatures(call, query + half, 2 * row);
  keyFeatures(call, key, 2 * row, scales);
  const ofQueries = { features: query + half, target: query, row: 2 * row };
  const ofKeys = { features: key, target: key + half, row: 2 * row };
  placeTangent(call, inputRowsOfQueries(call), "query", tangents.query, ofQueries);
  for (const [index, rows] of inputRowsOfKeys(call).entries()) {
    const isPast = call.problem.past !== undefined && index === 0;
    const [name, tangent] = isPast ? (["past.key", tangents.past?.key] as const) : (["key", tangents.key] as const);
    placeTangent(call, rows, name, tangent, ofKeys);
  }
  const values = segmentsOf(call, "value");
  const value = takeMatrix(call, keys, valueRow);
  const both = takeMatrix(call, keys, 2 * valueRow);
  extendedValues(call, values, value, valueRow, 1);
  extendedValues(call, values, both, 2 * valueRow, 1);
  const moving = values.map((segment) => {
    const tangent = segment.name === "value" ? tangents.value : tangents.past?.value;
    return { ...segment, name: `tangents.${segment.name}`, tensor: tangent ?? zeros(segment.tensor.shape) };
  });
  extendedValues(call, moving, both + 4 * valueRow, 2 * valueRow, 0);

  const common = { rows: queries, columns: keys, sight, constants };
  const strides = { xRow: 2 * row, yRow: 2 * row, reverse: false };
  const sums = takeMatrix(call, queries, 2 * valueRow);
  runScan(context, {
    ...common,
    shape: scanShape(call, { ...strides, x: width, z: 2 * valueRow, outRow: 2 * valueRow }),
    addresses: { x: query + half, y: key, z: both, output: sums, scales },
  });
  const ofKernel = takeMatrix(call, queries, valueRow);
  runScan(context, {
    ...common,
    shape: scanShape(call, { ...strides, x: row + width, z: e + 1, outRow: valueRow }),
    addresses: { x: query, y: key, z: value, output: ofKernel, scales },
  });
  const count = batch * heads * n * e;
  const output = context.scratch.take(4 * count);
  const at = (address: number, width: number) => ({ address, headBytes: 4 * n * width });
  runRows(context, constants, {
    name: "quotients",
    shape: { e },
    make: () => quotients(context.engine, { e }),
    heads: queries.heads,
    rows: n,
    source: at(ofKernel, valueRow),
    other: at(sums, 2 * valueRow),
    third: at(sums + 4 * valueRow, 2 * valueRow),
    target: at(output, e),
  });
  return { dtype: "float64", shape, data: float64Of(context, output, count) };
}

/** The tangent of the features of some rows; zeros for an input that does not move. */
function placeTangent(
  call: Call,
  rows: InputRows,
  name: string,
  tangent: Tensor | undefined,
  at: { readonly features: number; readonly target: number; readonly row: number },
): void {
  const { d } = call.sizes;
  const moving = tangent ?? zeros([rows.side.heads, rows.rows, d]);
  pushFeatures(call, rows, rows.like(`tangents.${name}`, moving), at);
}

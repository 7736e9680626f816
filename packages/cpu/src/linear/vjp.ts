import {
  type AttentionGradients,
  type AttentionProblem,
  type AttentionVjpOptions,
  type FeatureMap,
  needSameShape,
  type ProblemSizes,
  type Tensor,
  UnsupportedError,
  withUnitValues,
} from "@xattn/core";
import type { Context } from "../backend/context.ts";
import { addressOf } from "../backend/tensors.ts";
import { type Call, isEmpty, scanShape, segmentsOf, startCall, takeMatrix } from "./call.ts";
import { lowestScale } from "./constants.ts";
import { cotangents } from "./derivatives/cotangents.ts";
import { pullFeatures } from "./derivatives/features.ts";
import { inputRowsOfKeys, inputRowsOfQueries } from "./derivatives/inputs.ts";
import { addFloats, float64Of, splitSegments } from "./derivatives/results.ts";
import { extendedValues, keyFeatures, queryFeatures } from "./inputs.ts";
import { runRows } from "./run-rows.ts";
import { reversed, runScan } from "./scan/run.ts";

/**
 * The vector-Jacobian product of linear attention, as core's `attentionVjp` defines it, computed in float32 with time
 * and scratch memory linear in n and m. With Nᵢ = Σⱼ (φ(qᵢ)·φ(kⱼ))·(vⱼ, 1), all gradients are sums of the same form
 * (Katharopoulos et al. 2020, equations 13 to 15, with the denominator as one more value): for Gᵢ the gradient by Nᵢ,
 *
 *     dφ(qᵢ) = Σⱼ (Gᵢ·(vⱼ, 1))·φ(kⱼ)      dφ(kⱼ) = Σᵢ ((vⱼ, 1)·Gᵢ)·φ(qᵢ)      (dvⱼ, ·) = Σᵢ (φ(kⱼ)·φ(qᵢ))·Gᵢ
 *
 * A gradient by the weights costs O(n·m), through unit vectors as values.
 *
 * @param outputGradient [b, h, n, e]
 * @returns gradients in the shapes of the inputs, the float32 numbers as float64
 * @throws ShapeError, ArgumentError when the problem or a gradient's shape is not sound
 * @throws UnsupportedError for what `linearAttention` does not compute, and a gradient by the log-sum-exp
 */
export function linearVjp(
  context: Context,
  problem: AttentionProblem,
  sizes: ProblemSizes,
  featureMap: FeatureMap,
  outputGradient: Tensor,
  { weightsGradient, logSumExpGradient }: AttentionVjpOptions = {},
): AttentionGradients {
  const { batch, heads, n, m, e } = sizes;
  needSameShape("outputGradient", outputGradient, [batch, heads, n, e], "the output");
  if (weightsGradient) {
    needSameShape("options.weightsGradient", weightsGradient, [batch, heads, n, m], "the weights");
  }
  if (logSumExpGradient) {
    throw new UnsupportedError(
      "options.logSumExpGradient: linear attention is not normalized by a log-sum-exp of logits",
    );
  }
  const ofOutput = gradientsOf(startCall(context, problem, sizes, featureMap), "outputGradient", outputGradient);
  if (weightsGradient) {
    const unit = startCall(context, withUnitValues(problem), { ...sizes, e: m }, featureMap);
    const ofWeights = gradientsOf(unit, "options.weightsGradient", weightsGradient);
    addFloats(ofOutput.query, ofWeights.query);
    addFloats(ofOutput.key, ofWeights.key);
  }
  const key = splitSegments(problem, "key", ofOutput.key);
  const value = splitSegments(problem, "value", ofOutput.value);
  return {
    query: { dtype: "float64", shape: [...problem.query.shape], data: ofOutput.query },
    key: key.recent,
    value: value.recent,
    ...(key.past && value.past && { past: { key: key.past, value: value.past } }),
  };
}

interface Gradients {
  readonly query: Float64Array;
  /** Of all keys and values, those of the past in front. */
  readonly key: Float64Array;
  readonly value: Float64Array;
}

function gradientsOf(call: Call, name: string, outputGradient: Tensor): Gradients {
  const { context, sizes, features, valueRow, queries, keys, sight, constants } = call;
  const { d, e } = sizes;
  const count = { query: queries.heads * queries.length * d, key: keys.heads * keys.length * d };
  const ofValues = keys.heads * keys.length * e;
  if (isEmpty(call)) {
    return {
      query: new Float64Array(count.query),
      key: new Float64Array(count.key),
      value: new Float64Array(ofValues),
    };
  }
  const scaled = call.map.kind === "favor+";
  const query = takeMatrix(call, queries, features.row);
  const key = takeMatrix(call, keys, features.row);
  const value = takeMatrix(call, keys, valueRow);
  const scales = scaled ? takeMatrix(call, keys, 1) : 0;
  const mu = scaled ? takeMatrix(call, queries, 1) : 0;
  queryFeatures(call, query, features.row);
  keyFeatures(call, key, features.row, scales);
  extendedValues(call, segmentsOf(call, "value"), value, valueRow, 1);

  const ofFeatures = { x: features.width, xRow: features.row, yRow: features.row, z: e + 1 };
  const ofSums = { x: e + 1, xRow: valueRow, yRow: valueRow, z: features.width, outRow: features.row };
  const forwards = { rows: queries, columns: keys, sight, constants };
  const backwards = { rows: keys, columns: queries, sight: reversed(sight), constants };

  const sums = takeMatrix(call, queries, valueRow);
  runScan(context, {
    ...forwards,
    shape: scanShape(call, { ...ofFeatures, outRow: valueRow, reverse: false }),
    addresses: { x: query, y: key, z: value, output: sums, scales, mu },
  });
  const gradient = takeMatrix(call, queries, valueRow);
  placeCotangents(call, addressOf(context, name, outputGradient), sums, gradient);
  if (scaled) turnScales(call, sums, mu);

  const queryGradient = takeMatrix(call, queries, features.row);
  runScan(context, {
    ...forwards,
    shape: scanShape(call, { ...ofSums, reverse: false }),
    addresses: { x: gradient, y: value, z: key, output: queryGradient, scales },
  });
  const keyGradient = takeMatrix(call, keys, features.row);
  runScan(context, {
    ...backwards,
    shape: scanShape(call, { ...ofSums, reverse: true }),
    addresses: { x: value, y: gradient, z: query, output: keyGradient, scales: mu, rowScales: scales },
  });
  const valueGradient = context.scratch.take(4 * ofValues);
  runScan(context, {
    ...backwards,
    shape: scanShape(call, { ...ofFeatures, outRow: e, reverse: true }),
    addresses: { x: key, y: query, z: gradient, output: valueGradient, scales: mu, rowScales: scales },
  });

  const ofQueries = context.scratch.take(4 * count.query);
  pullFeatures(call, inputRowsOfQueries(call), { features: query, gradient: queryGradient }, ofQueries);
  const ofKeys = context.scratch.take(4 * count.key);
  for (const rows of inputRowsOfKeys(call)) pullFeatures(call, rows, { features: key, gradient: keyGradient }, ofKeys);
  return {
    query: float64Of(context, ofQueries, count.query),
    key: float64Of(context, ofKeys, count.key),
    value: float64Of(context, valueGradient, ofValues),
  };
}

/** From the gradient by the output that by the sums; zeros for queries without a denominator. */
function placeCotangents(call: Call, source: number, sums: number, target: number): void {
  const { context, queries, valueRow, sizes } = call;
  const shape = { e: sizes.e };
  const at = (address: number, row: number) => ({ address, headBytes: 4 * queries.length * row });
  runRows(context, call.constants, {
    name: "cotangents",
    shape,
    make: () => cotangents(context.engine, shape),
    heads: queries.heads,
    rows: queries.length,
    source: at(source, sizes.e),
    other: at(sums, valueRow),
    target: at(target, valueRow),
  });
}

/** Seen from the keys, a query's factor is exp2(−μ); one without a denominator has none. */
function turnScales({ context, queries, valueRow, sizes }: Call, sums: number, mu: number): void {
  const floats = context.float32;
  for (let row = 0; row < queries.heads * queries.length; row += 1) {
    const denominator = floats[sums / 4 + row * valueRow + sizes.e]!;
    floats[mu / 4 + row] = denominator === 0 ? lowestScale : -floats[mu / 4 + row]!;
  }
}

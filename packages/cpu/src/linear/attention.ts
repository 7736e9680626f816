import {
  type AttentionOutputs,
  type AttentionProblem,
  type AttentionResult,
  type FeatureMap,
  type ProblemSizes,
  tensor,
  UnsupportedError,
  withUnitValues,
} from "@xattn/core";
import type { Context } from "../backend/context.ts";
import { type Call, isEmpty, scanShape, segmentsOf, startCall, takeMatrix } from "./call.ts";
import { extendedValues, keyFeatures, queryFeatures } from "./inputs.ts";
import { runScan } from "./scan/run.ts";

/**
 * Linear attention in float32, written to `output` [b, h, n, e] in the kernels' memory. What core's
 * `referenceLinearAttention` says of feature maps, masks, scale, and vanishing denominators holds here too; time and
 * scratch memory are linear in n and m. The weights [b, h, n, m], when asked for, are those that it never forms: the
 * output for unit vectors as values, in O(n·m).
 *
 * @param output address of b·h·n·e floats
 * @throws ShapeError, ArgumentError when the problem or the feature map is not sound
 * @throws UnsupportedError for modifiers, bias, sinks, masks other than causal and padding, float64 inputs, and the
 * log-sum-exp
 */
export function linearAttention(
  context: Context,
  problem: AttentionProblem,
  sizes: ProblemSizes,
  featureMap: FeatureMap,
  outputs: AttentionOutputs,
  output: number,
): Omit<AttentionResult, "output" | "path"> {
  if (outputs.logSumExp) {
    throw new UnsupportedError("outputs.logSumExp: linear attention is not normalized by a log-sum-exp of logits");
  }
  runLinear(startCall(context, problem, sizes, featureMap), output);
  if (!outputs.weights) return {};
  const { batch, heads, n, m } = sizes;
  const count = batch * heads * n * m;
  const weights = context.scratch.take(4 * count);
  runLinear(startCall(context, withUnitValues(problem), { ...sizes, e: m }, featureMap), weights);
  return {
    weights: tensor([batch, heads, n, m], context.float32.slice(weights / 4, weights / 4 + count)),
  };
}

function runLinear(call: Call, output: number): void {
  const { context, sizes, features, valueRow, queries, keys, sight, constants } = call;
  const { batch, heads, n, e } = sizes;
  if (isEmpty(call)) {
    context.float32.fill(0, output / 4, output / 4 + batch * heads * n * e);
    return;
  }
  const x = takeMatrix(call, queries, features.row);
  const y = takeMatrix(call, keys, features.row);
  const z = takeMatrix(call, keys, valueRow);
  const scaled = call.map.kind === "favor+";
  const scales = scaled ? takeMatrix(call, keys, 1) : 0;
  queryFeatures(call, x, features.row);
  keyFeatures(call, y, features.row, scales);
  extendedValues(call, segmentsOf(call, "value"), z, valueRow, 1);
  runScan(context, {
    shape: {
      ...scanShape(call, {
        x: features.width,
        xRow: features.row,
        yRow: features.row,
        z: e + 1,
        outRow: e,
        reverse: false,
      }),
      divisor: e,
    },
    rows: queries,
    columns: keys,
    sight,
    addresses: { x, y, z, output, scales },
    constants,
  });
}

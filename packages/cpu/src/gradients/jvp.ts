import {
  ArgumentError,
  type AttentionInputTangents,
  type AttentionOutputs,
  type AttentionProblem,
  type AttentionTangents,
  attentionJvp,
  convert,
  type ProblemSizes,
  type Tensor,
  tensor,
  toFloat64,
  UnsupportedError,
  validateProblem,
  zeros,
} from "@xattn/core";
import type { Context } from "../backend/context.ts";
import { placeStages } from "../backend/stages.ts";
import { addressOf } from "../backend/tensors.ts";
import { stageAt, word } from "../exact/layout.ts";
import { isEmpty, needForward, needShape, needSoftmax } from "./check.ts";
import { makeDescriptor, shiftBias } from "./descriptor.ts";
import { type ForwardResult, forwardPass, sinkWeight } from "./facts.ts";
import { forward } from "./forward.ts";
import { type DerivativeShape, derivativeDescriptorBytes, derivativeLayout, factAt, factBytes } from "./layout.ts";
import { packRows, panelBytes, placeRows, valuePanelBytes } from "./panels.ts";
import type { Float32Tensors } from "./results.ts";

/** Tangents of the results, those that are asked for. */
export type CpuTangents = Float32Tensors<AttentionTangents>;

export interface CpuJvpOptions {
  /** Output and log-sum-exp of this very problem from an earlier call; without them the forward pass runs again. */
  readonly forward?: ForwardResult;
}

/**
 * The Jacobian-vector product of exact attention in float32: core's `attentionJvp` by kernels, with memory linear in
 * n + m. What is taken from the context's scratch memory is the caller's to release.
 *
 * @param outputs which tangents to return besides that of the output; not the weights'
 * @throws ShapeError, ArgumentError when the problem or a tangent is not sound
 * @throws UnsupportedError for variants other than standard and chunked, float64 inputs, and tangents of the weights
 * @throws MemoryLimitError beyond 4 GiB in all
 */
export function cpuJvp(
  context: Context,
  problem: AttentionProblem,
  tangents: AttentionInputTangents,
  outputs: AttentionOutputs = {},
  options: CpuJvpOptions = {},
): CpuTangents {
  const sizes = validateProblem(problem);
  needSoftmax(problem);
  needTangents(problem, tangents);
  needForward(options.forward, sizes);
  if (outputs.weights) {
    throw new UnsupportedError(
      "outputs.weights: the cpu backend keeps no weights, and has no tangents of them; use attentionJvp",
    );
  }
  if (isEmpty(sizes)) return emptyJvp(problem, tangents, outputs);
  return exactJvp(context, problem, sizes, tangents, outputs, options);
}

function needTangents(problem: AttentionProblem, tangents: AttentionInputTangents): void {
  const pairs: readonly (readonly [string, Tensor | undefined, Tensor | undefined])[] = [
    ["query", tangents.query, problem.query],
    ["key", tangents.key, problem.key],
    ["value", tangents.value, problem.value],
    ["past.key", tangents.past?.key, problem.past?.key],
    ["past.value", tangents.past?.value, problem.past?.value],
    ["bias", tangents.bias, problem.bias],
    ["sinks", tangents.sinks, problem.sinks],
  ];
  for (const [name, tangent, input] of pairs) {
    if (!tangent) continue;
    if (!input)
      throw new ArgumentError(`tangents.${name}: given, but the problem has no ${name}; needs both or neither`);
    needShape(`tangents.${name}`, tangent, input.shape, name);
  }
}

/** Nothing to do for a kernel where an axis has length 0. */
function emptyJvp(problem: AttentionProblem, tangents: AttentionInputTangents, outputs: AttentionOutputs): CpuTangents {
  const { output, logSumExp } = attentionJvp(problem, tangents, outputs);
  return {
    output: convert(output, "float32"),
    ...(logSumExp && { logSumExp: convert(logSumExp, "float32") }),
  };
}

function exactJvp(
  context: Context,
  problem: AttentionProblem,
  sizes: ProblemSizes,
  tangents: AttentionInputTangents,
  outputs: AttentionOutputs,
  { forward: given }: CpuJvpOptions,
): CpuTangents {
  const { engine, scratch, pool } = context;
  const { batch, heads, keyHeads, n, m, d, e } = sizes;
  const { past, sinks } = problem;
  const groups = batch * keyHeads;
  const { output, facts, rows } = forwardPass(context, problem, sizes, given);
  if (sinks && tangents.sinks) {
    startMeans(context, facts, rows, sizes, toFloat64(sinks), toFloat64(tangents.sinks));
  }
  const descriptor = makeDescriptor(context, problem, sizes);
  const shape: DerivativeShape = {
    d,
    e,
    stages: descriptor.stages,
    masked: descriptor.masked,
    bias: tangents.bias !== undefined,
  };
  const careful = descriptor.address + word.careful;
  const factor = (problem.scale ?? 1 / Math.sqrt(d)) * Math.LOG2E;
  const packed = pack(problem.key, problem.value, past);
  const packedTangents = pack(
    tangents.key ?? zeros(problem.key.shape, "float32"),
    tangents.value ?? zeros(problem.value.shape, "float32"),
    past && {
      key: tangents.past?.key ?? zeros(past.key.shape, "float32"),
      value: tangents.past?.value ?? zeros(past.value.shape, "float32"),
    },
  );
  const outputTangent = given ? scratch.take(4 * rows * e) : output;
  const scratchBytes = derivativeLayout(engine, shape, "forward").bytes;
  descriptor.set({
    query: addressOf(context, "query", problem.query),
    keys: packed.keys,
    values: packed.values,
    keyBytes: panelBytes(context, { groups, m, width: d }),
    valueBytes: valuePanelBytes(context, m, e),
    output,
    scratch: scratch.take(scratchBytes * pool.threads),
    scratchBytes,
  });
  descriptor.setDerivative({
    facts,
    queryTangent: addressOf(context, "tangents.query", tangents.query ?? zeros(problem.query.shape, "float32")),
    keyTangents: packedTangents.keys,
    valueTangents: packedTangents.values,
    outputTangent,
  });
  if (tangents.bias) shiftBias(context, descriptor, placeBias(tangents.bias));
  const { stages, masked, bias } = shape;
  context.run(
    `forward ${d} ${e} ${masked} ${bias} ${stages.join()}`,
    () => [forward(engine, shape)],
    "forward",
    descriptor.address,
    groups * descriptor.tiles,
  );
  const floats = context.float32;
  return {
    output: tensor([batch, heads, n, e], floats.slice(outputTangent / 4, outputTangent / 4 + rows * e)),
    ...(outputs.logSumExp && {
      logSumExp: tensor(
        [batch, heads, n],
        Float32Array.from({ length: rows }, (_, row) => floats[(facts + row * factBytes + factAt.mean) / 4]!),
      ),
    }),
  };

  function pack(key: Tensor, value: Tensor, before: AttentionProblem["past"]): { keys: number; values: number } {
    const keys = scratch.take(groups * panelBytes(context, { groups, m, width: d }));
    const values = scratch.take(groups * valuePanelBytes(context, m, e));
    const keyRows = placeRows(context, "key", { past: before?.key, recent: key });
    const valueRows = placeRows(context, "value", { past: before?.value, recent: value });
    packRows(context, keyRows, { groups, m, width: d }, factor, keys, {
      rows: valueRows,
      width: e,
      target: values,
      careful,
    });
    return { keys, values };
  }

  /** Laid out as the bias is; its parameters go beyond those that the kernels read. */
  function placeBias(tangent: Tensor): number {
    const [placed] = placeStages(context, { ...problem, modifiers: [], bias: tangent }, sizes);
    const parameters = scratch.take(derivativeDescriptorBytes);
    placed!.place((parameters + stageAt(0)) / 4);
    return context.int32[(parameters + stageAt(0)) / 4]!;
  }
}

/** Means begin with what the sinks' tangents add: weight·tangent. */
function startMeans(
  { float32 }: Context,
  facts: number,
  rows: number,
  { heads, n }: ProblemSizes,
  sinks: Float64Array,
  tangents: Float64Array,
): void {
  for (let row = 0; row < rows; row += 1) {
    const head = Math.floor(row / n) % heads;
    const weight = sinkWeight(float32, facts, row, sinks[head]!);
    if (weight !== 0) float32[(facts + row * factBytes + factAt.mean) / 4] = weight * tangents[head]!;
  }
}

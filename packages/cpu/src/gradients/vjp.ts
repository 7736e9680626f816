import {
  type AttentionProblem,
  type AttentionVjpOptions,
  attentionVjp,
  convert,
  type ProblemSizes,
  type Tensor,
  tensor,
  toFloat64,
  UnsupportedError,
  validateProblem,
} from "@xattn/core";
import type { Context } from "../backend/context.ts";
import { addressOf } from "../backend/tensors.ts";
import { paddedValues } from "../exact/layout.ts";
import { backward } from "./backward.ts";
import { isEmpty, needForward, needShape, needSoftmax } from "./check.ts";
import { type Descriptor, makeDescriptor, shiftBias } from "./descriptor.ts";
import { type ForwardPass, type ForwardResult, forwardPass, sinkWeight } from "./facts.ts";
import { type DerivativeShape, derivativeLayout, factAt, factBytes } from "./layout.ts";
import { meanRows, means } from "./means.ts";
import { keyRoom, queryGradientApart } from "./memory.ts";
import { packRows, panelBytes, placeRows } from "./panels.ts";
import { chooseParts } from "./parts.ts";
import { type GradientPlacement, needPlacement, placeGradients, placeInside } from "./placement.ts";
import { biasLengths, biasRow, type CpuGradients, type RowRange, takeBias, takeRows } from "./results.ts";

export interface CpuVjpOptions extends AttentionVjpOptions {
  /** Output and log-sum-exp of this very problem from an earlier call; without them the forward pass runs again. */
  readonly forward?: ForwardResult;
  /** Where gradients are to go; they are then not tensors of their own. */
  readonly into?: GradientPlacement;
}

/**
 * The vector-Jacobian product of exact attention in float32: core's `attentionVjp` by kernels, with memory linear in
 * n + m. Weights are computed again from the rows' maxima and sums (Dao 2023, algorithm 2). The same call with the
 * same number of threads gives the same bits. What is taken from the context's scratch memory is the caller's to
 * release.
 *
 * @param outputGradient [b, h, n, e]
 * @throws ShapeError, ArgumentError when the problem or a gradient's shape is not sound
 * @throws UnsupportedError for variants other than standard and chunked, float64 inputs, and a gradient by the weights
 * @throws MemoryLimitError beyond 4 GiB in all
 */
export function cpuVjp(
  context: Context,
  problem: AttentionProblem,
  outputGradient: Tensor,
  options: CpuVjpOptions = {},
): CpuGradients {
  const sizes = validateProblem(problem);
  const { batch, heads, n, e } = sizes;
  needSoftmax(problem);
  needShape("outputGradient", outputGradient, [batch, heads, n, e], "the output");
  if (options.logSumExpGradient) {
    needShape("options.logSumExpGradient", options.logSumExpGradient, [batch, heads, n], "the log-sum-exp");
  }
  needForward(options.forward, sizes);
  needPlacement(options.into, problem, {
    outputGradient,
    "options.forward.output": options.forward?.output,
    "options.forward.logSumExp": options.forward?.logSumExp,
  });
  if (options.weightsGradient) {
    throw new UnsupportedError(
      "options.weightsGradient: the cpu backend keeps no weights, and takes no gradient by them; use attentionVjp",
    );
  }
  if (isEmpty(sizes)) return placeGradients(emptyVjp(problem, outputGradient, options), options.into);
  return exactVjp(context, problem, sizes, outputGradient, options);
}

/** Nothing to do for a kernel where an axis has length 0. */
function emptyVjp(problem: AttentionProblem, outputGradient: Tensor, options: CpuVjpOptions): CpuGradients {
  const { query, key, value, past, bias, sinks } = attentionVjp(problem, outputGradient, options);
  const single = (source: Tensor) => convert(source, "float32");
  return {
    query: single(query),
    key: single(key),
    value: single(value),
    ...(past && { past: { key: single(past.key), value: single(past.value) } }),
    ...(bias && { bias: single(bias) }),
    ...(sinks && { sinks: single(sinks) }),
  };
}

function exactVjp(
  context: Context,
  problem: AttentionProblem,
  sizes: ProblemSizes,
  outputGradient: Tensor,
  { logSumExpGradient, forward: given, into = {} }: CpuVjpOptions,
): CpuGradients {
  const { engine, scratch, pool } = context;
  const { batch, heads, keyHeads, n, m, d, e } = sizes;
  const { past, bias, sinks } = problem;
  const groups = batch * keyHeads;
  const queryTarget = placeInside(context, into.query, { room: n, m: n, wide: d, width: d });
  // The gradient takes the place of the output, which is read for the rows' means alone.
  const forward = forwardPass(context, problem, sizes, given, e <= d ? queryTarget : undefined);
  const { facts, rows } = forward;
  if (logSumExpGradient) startMeans(context, facts, toFloat64(logSumExpGradient));

  const descriptor = makeDescriptor(context, problem, sizes);
  const shape: DerivativeShape = {
    d,
    e,
    stages: descriptor.stages,
    masked: descriptor.masked,
    bias: bias !== undefined,
  };
  const gradientAt = addressOf(context, "outputGradient", outputGradient);
  descriptor.set({ output: forward.output });
  descriptor.setDerivative({ facts, outputGradient: gradientAt });
  const meanUnits = Math.ceil(rows / meanRows);
  context.run(`means ${e}`, () => [means(engine, e)], "means", descriptor.address, meanUnits);

  const keys = placeRows(context, "key", { past: past?.key, recent: problem.key });
  const values = placeRows(context, "value", { past: past?.value, recent: problem.value });
  const packedKeys = pack(keys, d, (problem.scale ?? 1 / Math.sqrt(d)) * Math.LOG2E);
  const packedValues = pack(values, e, 1);
  const room = keyRoom(m);
  const [wideD, wideE] = [paddedValues(engine, d), paddedValues(engine, e)];
  const direct = past
    ? {}
    : {
        key: placeInside(context, into.key, { room, m, wide: wideD, width: d }),
        value: placeInside(context, into.value, { room, m, wide: wideE, width: e }),
      };
  const queryGradient =
    queryTarget ?? (given || queryGradientApart(d, e) ? scratch.take(4 * rows * d) : forward.output);
  const keyGradient = direct.key ?? scratch.take(4 * groups * room * wideD);
  const valueGradient = direct.value ?? scratch.take(4 * groups * room * wideE);
  const biasGradient = bias ? takeZeros(biasLengths(bias).reduce((a, b) => a * b, 1) * biasRow(m)) : 0;
  const scratchBytes = derivativeLayout(engine, shape, "reverse").bytes;
  descriptor.set({
    query: addressOf(context, "query", problem.query),
    keys: packedKeys,
    values: packedValues,
    keyBytes: panelBytes(context, { groups, m, width: d }),
    valueBytes: panelBytes(context, { groups, m, width: e }),
    scratch: scratch.take(scratchBytes * pool.threads),
    scratchBytes,
  });
  descriptor.setDerivative({
    queryGradient,
    keyGradient,
    valueGradient,
    keyGradientBytes: 4 * room * wideD,
    valueGradientBytes: 4 * room * wideE,
    pastKey: keys.past,
    key: keys.recent,
    past: keys.pastCount,
  });
  if (bias) shiftBias(context, descriptor, biasGradient);
  runPhases(context, shape, sizes, descriptor, bias !== undefined && sharesBias(bias, sizes));

  const take = (
    address: number,
    wide: number,
    width: number,
    { shape: ofInput }: Tensor,
    range: RowRange,
    target?: Tensor<"float32">,
  ) => takeRows(context, ofInput, { address, wide, width, room }, range, target);
  const p = keys.pastCount;
  const queryRows = { address: queryGradient, wide: d, width: d, room: n };
  const recent = { from: p, to: m };
  return {
    query: takeRows(context, problem.query.shape, queryRows, { from: 0, to: n }, into.query),
    key: take(keyGradient, wideD, d, problem.key, recent, into.key),
    value: take(valueGradient, wideE, e, problem.value, recent, into.value),
    ...(past && {
      past: {
        key: take(keyGradient, wideD, d, past.key, { from: 0, to: p }),
        value: take(valueGradient, wideE, e, past.value, { from: 0, to: p }),
      },
    }),
    ...(bias && { bias: takeBias(context, bias, biasGradient, sizes) }),
    ...(sinks && { sinks: sinkGradients(context, toFloat64(sinks), forward, sizes) }),
  };

  function pack(source: typeof keys, width: number, factor: number): number {
    const target = scratch.take(groups * panelBytes(context, { groups, m, width }));
    packRows(context, source, { groups, m, width }, factor, target);
    return target;
  }

  function takeZeros(floats: number): number {
    const address = scratch.take(4 * floats);
    context.float32.fill(0, address / 4, address / 4 + floats);
    return address;
  }

  function sharesBias(source: Tensor, { batch: batches }: ProblemSizes): boolean {
    const [ofBatch, ofHead] = biasLengths(source);
    return (ofBatch === 1 && batches > 1) || (ofHead === 1 && heads > 1 && keyHeads > 1);
  }
}

/** A gradient dL by the log-sum-exp adds p·dL to that of the logits: it is taken from D. */
function startMeans({ float32 }: Context, facts: number, logSumExpGradient: Float64Array): void {
  for (const [row, gradient] of logSumExpGradient.entries()) {
    float32[(facts + row * factBytes + factAt.mean) / 4] = -gradient;
  }
}

/** Key-value heads that add to the same gradient of a bias take turns, each with all threads. */
function runPhases(
  context: Context,
  shape: DerivativeShape,
  { batch, keyHeads, m }: ProblemSizes,
  descriptor: Descriptor,
  oneByOne: boolean,
): void {
  const { engine, pool } = context;
  const together = oneByOne ? 1 : batch * keyHeads;
  const { parts, partTiles, partKeys } = chooseParts(
    { groups: together, tiles: descriptor.tiles, m, panel: 4 * engine.vectors },
    pool.threads,
    shape.masked,
  );
  const { d, e, stages, masked, bias } = shape;
  const key = `backward ${d} ${e} ${masked} ${bias} ${stages.join()}`;
  for (let firstGroup = 0; firstGroup < batch * keyHeads; firstGroup += together) {
    for (let phase = 0; phase < parts; phase += 1) {
      descriptor.setDerivative({ firstGroup, parts, phase, partTiles, partKeys });
      context.run(key, () => [backward(engine, shape)], "backward", descriptor.address, together * parts);
    }
  }
}

/** The sink's logit has weight p and no value: dx = p·(0 − D). */
function sinkGradients(
  { float32 }: Context,
  sinks: Float64Array,
  { facts, rows }: ForwardPass,
  { n, heads }: ProblemSizes,
): Tensor<"float32"> {
  const gradient = new Float64Array(heads);
  for (let row = 0; row < rows; row += 1) {
    const head = Math.floor(row / n) % heads;
    const weight = sinkWeight(float32, facts, row, sinks[head]!);
    if (weight !== 0) gradient[head]! -= weight * float32[(facts + row * factBytes + factAt.mean) / 4]!;
  }
  return tensor([heads], Float32Array.from(gradient));
}

import {
  type AttentionGradients,
  type AttentionProblem,
  attentionVjp,
  convert,
  needSameShape,
  type ProblemSizes,
  type Tensor,
  tensor,
  validateProblem,
  zeros,
} from "@xattn/core";
import { type Call, computeRows, pipelinesFor } from "../backend/compute.ts";
import { HeldBuffers } from "../backend/held.ts";
import { biasSteps, length, type RowChunk } from "../backend/keys.ts";
import { checkHeld } from "../backend/on-host.ts";
import type { Recorder } from "../backend/recorder.ts";
import { addBlock, DeviceTensor, putBlock, type Ranges } from "../backend/tensors.ts";
import { planCall } from "../plan/plan.ts";
import { fours, threads } from "../plan/tile.ts";
import { typesOf } from "../plan/types.ts";
import { lineOfGroups } from "../wgsl/merge.ts";
import type { Shader } from "../wgsl/pipelines.ts";
import type { DispatchSizes } from "../wgsl/sizes.ts";
import { biasGradientShader } from "./bias.ts";
import { addSinkGradients, tileRows } from "./code.ts";
import { factsShader } from "./facts.ts";
import { joinPast, splitPast } from "./past.ts";
import { needSoftmax, type PreparedVjp, prepareVjp } from "./plan.ts";
import { gradientBlocks, gradientShader } from "./rows.ts";

export interface GpuVjpOptions {
  /** Gradient of the scalar by the log-sum-exp, [b, h, n], for a scalar that depends on it too. */
  readonly logSumExpGradient?: Tensor;
}

/** The gradient of a scalar by each input that the problem has, float32, in the input's own shape. */
export interface GpuGradients {
  readonly query: Tensor<"float32">;
  readonly key: Tensor<"float32">;
  readonly value: Tensor<"float32">;
  readonly past?: { readonly key: Tensor<"float32">; readonly value: Tensor<"float32"> };
  /** The shape of the bias: summed over the axes along which it broadcasts. */
  readonly bias?: Tensor<"float32">;
  /** [h] */
  readonly sinks?: Tensor<"float32">;
}

/**
 * The vector-Jacobian product of exact attention in float32: a forward pass, D of each row, then the gradients by
 * queries and those by keys and values, which form the weights again from the log-sum-exp (Dao 2023, algorithm 2).
 * Memory is linear in n + m. 16-bit inputs are widened first; gradients are float32.
 */
export async function gpuVjp(
  recorder: Recorder,
  problem: AttentionProblem,
  outputGradient: Tensor,
  { logSumExpGradient }: GpuVjpOptions,
): Promise<GpuGradients> {
  const sizes = validateProblem(problem);
  const { batch, heads, n, m, d, e } = sizes;
  needSoftmax(problem);
  typesOf(problem);
  needSameShape("outputGradient", outputGradient, [batch, heads, n, e], "the output");
  if (logSumExpGradient) {
    needSameShape("options.logSumExpGradient", logSumExpGradient, [batch, heads, n], "the log-sum-exp");
  }
  checkHeld(problem);
  const options = logSumExpGradient ? { logSumExpGradient } : {};
  // Nothing to do for a device where an axis has length 0.
  if (batch * heads * n * m * d * e === 0) return inFloat32(attentionVjp(problem, outputGradient, options));
  const joined = joinPast(problem);
  const single = {
    outputGradient: convert(outputGradient, "float32"),
    ...(logSumExpGradient && { logSumExpGradient: convert(logSumExpGradient, "float32") }),
  };
  const prepared = prepareVjp(joined, logSumExpGradient !== undefined, recorder.session.limits);
  const pass = await makePass(recorder, joined, sizes, prepared, logSumExpGradient !== undefined);
  recorder.session.check();
  const gradients = {
    query: zeros([batch, heads, n, d]),
    key: zeros([batch, sizes.keyHeads, m, d]),
    value: zeros([batch, sizes.keyHeads, m, e]),
    bias: joined.bias && zeros([...joined.bias.shape]),
    sinks: joined.sinks && new Float64Array(heads),
  };
  for (const rows of prepared.pieces) await computePiece(pass, single, gradients, rows);
  const { query, key, value, bias, sinks } = gradients;
  return {
    query,
    ...splitPast(problem, key, value),
    ...(bias && { bias }),
    ...(sinks && { sinks: tensor([heads], Float32Array.from(sinks)) }),
  };
}

type Made = readonly [Shader, GPUComputePipeline];

interface Pass {
  readonly recorder: Recorder;
  readonly problem: AttentionProblem;
  readonly sizes: ProblemSizes;
  readonly prepared: PreparedVjp;
  readonly forward: Call;
  readonly facts: Made;
  readonly byQuery: Made;
  readonly byKey: Made;
  readonly byBias: Made | undefined;
}

async function makePass(
  recorder: Recorder,
  problem: AttentionProblem,
  sizes: ProblemSizes,
  prepared: PreparedVjp,
  withLogSumExp: boolean,
): Promise<Pass> {
  const { compiled, gradient, pieces, splits, tilesPerSplit } = prepared;
  const { session } = recorder;
  const outputs = { logSumExp: true };
  const piece = pieces[0]!;
  const planned = planCall(compiled, problem, outputs, session.limits);
  const chunk = { batch: length(piece.batch), keyHeads: length(piece.keyHeads), n: sizes.n, m: sizes.m };
  const plan = { ...planned, chunk, splits, tilesPerSplit, keyChunks: 1, merges: splits > 1 || planned.merges };
  const made = async (shader: Shader): Promise<Made> => [shader, await session.pipelines.get(shader)];
  const [pipelines, facts, byQuery, byKey, byBias] = await Promise.all([
    pipelinesFor({ recorder, compiled, plan }, outputs),
    session.waitFor(made(factsShader(sizes.e, withLogSumExp))),
    session.waitFor(made(gradientShader(gradient.code, "query"))),
    session.waitFor(made(gradientShader(gradient.code, "key"))),
    problem.bias ? session.waitFor(made(biasGradientShader(gradient.code))) : undefined,
  ]);
  const forward: Call = { recorder, compiled, plan, problem, outputs, pipelines, tables: undefined };
  return { recorder, problem, sizes, prepared, forward, facts, byQuery, byKey, byBias };
}

interface Given {
  readonly outputGradient: Tensor;
  readonly logSumExpGradient?: Tensor;
}

interface Targets {
  readonly query: Tensor<"float32">;
  readonly key: Tensor<"float32">;
  readonly value: Tensor<"float32">;
  readonly bias: Tensor<"float32"> | undefined;
  readonly sinks: Float64Array | undefined;
}

async function computePiece(pass: Pass, given: Given, targets: Targets, rows: RowChunk): Promise<void> {
  const { recorder, problem, sizes, prepared, forward } = pass;
  const { session } = recorder;
  const { n, m, d, e } = sizes;
  const ofRows: Ranges = [rows.batch, rows.heads, rows.queries];
  const ofKeys: Ranges = [rows.batch, rows.keyHeads, [0, m]];
  const count = length(rows.batch) * length(rows.heads) * n;
  const keyCount = length(rows.batch) * length(rows.keyHeads) * m;
  const held = new HeldBuffers(recorder);
  const place = (name: string, source: Tensor, ranges: Ranges) => held.place(name, source, ranges);
  try {
    const query = place("query", problem.query, [...ofRows, [0, d]]);
    const key = place("key", problem.key, [...ofKeys, [0, d]]);
    const value = place("value", problem.value, [...ofKeys, [0, e]]);
    const { bias } = problem;
    const biasBlock = bias && biasRanges(bias, [...ofRows, [0, m]]);
    const biasBuffer = bias && place("bias", bias, biasBlock!);
    const there = (name: Tensor, buffer: GPUBuffer) =>
      new DeviceTensor(session, "float32", name.shape, buffer) as unknown as Tensor;
    const tablesOf = (data: Uint32Array<ArrayBuffer> | undefined, name: string) =>
      data && held.keep(recorder.upload(data, name));
    const onDevice: AttentionProblem = {
      ...problem,
      query: there(problem.query, query),
      key: there(problem.key, key),
      value: there(problem.value, value),
      ...(bias && { bias: there(bias, biasBuffer!) }),
    };
    const forwardTables = tablesOf(prepared.compiled.tables, "tables");
    const ends = await computeRows({ ...forward, problem: onDevice, tables: forwardTables }, rows, async () => {});
    held.keep(ends.output);
    held.keep(ends.logSumExp!);
    const outputGradient = place("outputGradient", given.outputGradient, [...ofRows, [0, e]]);
    const more = given.logSumExpGradient ? [place("logSumExpGradient", given.logSumExpGradient, ofRows)] : [];
    const facts = held.take(8 * count, "facts");
    const own: DispatchSizes = {
      scale: problem.scale ?? 1 / Math.sqrt(d),
      queries: n,
      keys: m,
      past: 0,
      heads: length(rows.heads),
      keyHeads: length(rows.keyHeads),
      rows: count,
      firstBatch: rows.batch[0],
      firstHead: rows.heads[0],
      firstQuery: 0,
      firstKey: 0,
      keyTiles: 0,
      tilesPerSplit: 0,
      ...biasSteps(bias, rows, [0, m]),
      part: length(rows.batch),
    };
    const run = (
      [shader, pipeline]: Made,
      buffers: readonly GPUBuffer[],
      groups: readonly [number, number, number],
      uniform = own,
    ) => recorder.run(pipeline, shader, uniform, buffers, groups);
    run(pass.facts, [ends.output, outputGradient, ends.logSumExp!, ...more, facts], lineOf(count));
    const gradientTables = tablesOf(prepared.gradient.tables, "tables of gradients");
    const inputs = [
      query,
      key,
      value,
      ...(biasBuffer ? [biasBuffer] : []),
      ...(gradientTables ? [gradientTables] : []),
      outputGradient,
      facts,
    ];
    const byQuery = held.take(16 * count * fours(d), "gradient by query");
    const byKey = held.take(16 * keyCount * (fours(d) + fours(e)), "gradient by key and value");
    const matrices = length(rows.batch) * length(rows.heads);
    run(pass.byQuery, [...inputs, byQuery], [Math.ceil(n / tileRows), matrices, gradientBlocks(d)]);
    run(
      pass.byKey,
      [...inputs, byKey],
      [
        Math.ceil(m / tileRows),
        length(rows.batch) * length(rows.keyHeads),
        Math.max(gradientBlocks(d), gradientBlocks(e)),
      ],
    );
    const biasCount = biasBlock ? biasBlock.reduce((product, [from, to]) => product * (to - from), 1) : 0;
    const byBias = bias && held.take(4 * biasCount, "gradient by bias");
    if (byBias) run(pass.byBias!, [...inputs, byBias], lineOf(biasCount), { ...own, rows: biasCount });
    const [ofQuery, ofKey, ...others] = await recorder.download([
      { buffer: byQuery, bytes: 16 * count * fours(d) },
      { buffer: byKey, bytes: 16 * keyCount * (fours(d) + fours(e)) },
      ...(byBias ? [{ buffer: byBias, bytes: 4 * biasCount }] : []),
      ...(targets.sinks ? [{ buffer: facts, bytes: 8 * count }] : []),
    ]);
    const both = new Float32Array(ofKey!);
    const step = 4 * (fours(d) + fours(e));
    putBlock(targets.query, [...ofRows, [0, d]], columns(new Float32Array(ofQuery!), 4 * fours(d), 0, d));
    putBlock(targets.key, [...ofKeys, [0, d]], columns(both, step, 0, d));
    putBlock(targets.value, [...ofKeys, [0, e]], columns(both, step, 4 * fours(d), e));
    // Pieces that share numbers of the bias add to the same ones.
    if (targets.bias) addBlock(targets.bias, biasBlock!, new Float32Array(others.shift()!));
    if (targets.sinks) {
      addSinkGradients(targets.sinks, problem.sinks!, new Float32Array(others.shift()!), sizes, rows.heads);
    }
  } finally {
    held.giveAll();
    recorder.flush();
  }
}

function lineOf(count: number): readonly [number, number, number] {
  const groups = Math.ceil(count / threads);
  return [Math.min(groups, lineOfGroups), Math.ceil(groups / lineOfGroups), 1];
}

/** Columns of rows that are `step` apart. */
function columns(rows: Float32Array, step: number, first: number, width: number): Float32Array {
  if (first === 0 && step === width) return rows;
  const count = rows.length / step;
  const block = new Float32Array(count * width);
  for (let row = 0; row < count; row += 1) {
    block.set(rows.subarray(row * step + first, row * step + first + width), row * width);
  }
  return block;
}

function biasRanges({ shape }: Tensor, whole: Ranges): Ranges {
  return shape.map((axis, at) => (axis === 1 ? ([0, 1] as const) : whole[4 - shape.length + at]!));
}

function inFloat32({ query, key, value, past, bias, sinks }: AttentionGradients): GpuGradients {
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

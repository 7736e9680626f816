import type { AttentionOutputs, AttentionProblem } from "@xattn/core";
import type { CompiledProblem } from "../plan/compile.ts";
import type { AttentionPlan } from "../plan/plan.ts";
import { fours, lanes, threads } from "../plan/tile.ts";
import { partStep } from "../wgsl/attention.ts";
import { lineOfGroups } from "../wgsl/merge.ts";
import type { Shader } from "../wgsl/pipelines.ts";
import type { DispatchSizes } from "../wgsl/sizes.ts";
import { bytesOf, sharesWords } from "../wgsl/storage.ts";
import { HeldBuffers } from "./held.ts";
import { biasSteps, giveKeys, type KeysAtHand, length, placeKeys, type RowChunk, type Span } from "./keys.ts";
import type { Recorder } from "./recorder.ts";

/** A call's shaders, compiled: those that its plan takes. */
export interface CallPipelines {
  readonly attend: readonly [Shader, GPUComputePipeline];
  readonly merge?: readonly [Shader, GPUComputePipeline];
  readonly weigh?: readonly [Shader, GPUComputePipeline];
}

export interface Call {
  readonly recorder: Recorder;
  readonly compiled: CompiledProblem;
  readonly plan: AttentionPlan;
  readonly problem: AttentionProblem;
  readonly outputs: AttentionOutputs;
  readonly pipelines: CallPipelines;
  /** The numbers that shaders look up, on the device. */
  readonly tables: GPUBuffer | undefined;
}

/** What a chunk of rows comes to, in buffers of the caller, who gives them back. */
export interface RowBuffers {
  readonly output: GPUBuffer;
  readonly logSumExp: GPUBuffer | undefined;
}

export async function pipelinesFor(
  { recorder, compiled, plan }: Pick<Call, "recorder" | "compiled" | "plan">,
  outputs: AttentionOutputs,
): Promise<CallPipelines> {
  const needsLogSumExp = Boolean(outputs.logSumExp || outputs.weights);
  const { pipelines } = recorder.session;
  const made = async (shader: Shader) => [shader, await pipelines.get(shader)] as const;
  const [attend, merge, weigh] = await recorder.session.waitFor(
    Promise.all([
      made(plan.merges ? compiled.parts() : compiled.whole(needsLogSumExp)),
      plan.merges ? made(compiled.merge(needsLogSumExp)) : undefined,
      outputs.weights ? made(compiled.weights()) : undefined,
    ]),
  );
  return { attend, ...(merge && { merge }), ...(weigh && { weigh }) };
}

/** Cuts 0 … length into spans of `step`. */
function spans(length: number, step: number): readonly Span[] {
  const count = step === 0 ? 0 : Math.ceil(length / step);
  return Array.from({ length: count }, (_, at) => [at * step, Math.min(length, (at + 1) * step)] as const);
}

export function rowChunks({ compiled: { sizes }, plan: { chunk } }: Call): readonly RowChunk[] {
  const group = sizes.heads / sizes.keyHeads;
  return spans(sizes.batch, chunk.batch).flatMap((batch) =>
    spans(sizes.keyHeads, chunk.keyHeads).flatMap((keyHeads) =>
      spans(sizes.n, chunk.n).map((queries) => {
        const heads = [keyHeads[0] * group, keyHeads[1] * group] as const;
        return { batch, keyHeads, heads, queries };
      }),
    ),
  );
}

/**
 * Records all that makes a chunk of rows, and takes the buffers that it ends in. Weights, of a block of keys at a time,
 * are handed to `takeWeights`, which reads them or keeps them.
 */
export async function computeRows(
  call: Call,
  rows: RowChunk,
  takeWeights: (keys: Span, weights: GPUBuffer) => Promise<void>,
): Promise<RowBuffers> {
  const { recorder, plan, problem } = call;
  const { sizes } = call.compiled;
  const held = new HeldBuffers(recorder);
  try {
    const query = held.place("query", problem.query, [rows.batch, rows.heads, rows.queries, [0, sizes.d]]);
    const cut = spans(sizes.m, plan.chunk.m);
    const keySpans = cut.length === 0 ? ([[0, 0]] as const) : cut;
    // Keys that are all there at once serve the weights too.
    const kept = keySpans.length === 1 ? placeKeys(held, problem, sizes, rows, keySpans[0]!, true) : undefined;
    const place = (keys: Span, withValues: boolean) => kept ?? placeKeys(held, problem, sizes, rows, keys, withValues);
    const done = (keys: KeysAtHand) => {
      if (kept) return;
      giveKeys(held, keys);
      recorder.flush();
    };
    const parts = plan.splits * keySpans.length;
    const sums = plan.merges ? held.take(parts * rowCount(rows) * partStep(sizes.e) * 16, "parts") : undefined;
    let ends = sums ? undefined : takeEnds(call, rows, held);
    for (const [at, keys] of keySpans.entries()) {
      const near = place(keys, true);
      recordAttention(call, rows, keys, near, query, sums ?? ends!, at * plan.splits);
      done(near);
    }
    if (sums) {
      ends = takeEnds(call, rows, held);
      recordMerge(call, rows, sums, ends, parts);
      held.give(sums);
      if (!kept) recorder.flush();
    }
    if (call.pipelines.weigh) {
      for (const keys of cut) {
        const near = place(keys, false);
        const weights = held.take(rowCount(rows) * length(keys) * 4, "weights");
        recordWeights(call, rows, keys, near, query, ends!.logSumExp!, weights);
        if (!kept) giveKeys(held, near);
        await takeWeights(keys, held.hand(weights));
      }
    }
    return { output: held.hand(ends!.output), logSumExp: held.hand(ends!.logSumExp) };
  } finally {
    held.giveAll();
  }
}

const rowCount = ({ batch, heads, queries }: RowChunk) => length(batch) * length(heads) * length(queries);

function takeEnds({ recorder, compiled, outputs }: Call, rows: RowChunk, held: HeldBuffers): RowBuffers {
  const { sizes, types } = compiled;
  const output = held.take(rowCount(rows) * sizes.e * bytesOf[types.query], "output");
  // Rows that share a word are put into it by "or".
  if (sharesWords(types.query, sizes.e)) recorder.clear(output);
  const needed = outputs.logSumExp || outputs.weights;
  return { output, logSumExp: needed ? held.take(rowCount(rows) * 4, "log-sum-exp") : undefined };
}

const endBuffers = ({ output, logSumExp }: RowBuffers) => [output, ...(logSumExp ? [logSumExp] : [])];

function recordAttention(
  call: Call,
  rows: RowChunk,
  keys: Span,
  near: KeysAtHand,
  query: GPUBuffer,
  results: GPUBuffer | RowBuffers,
  part: number,
): void {
  const { recorder, plan, pipelines, tables } = call;
  const [shader, pipeline] = pipelines.attend;
  const inputs = [query, near.key, ...near.value, ...near.pastKey, ...near.pastValue, ...near.bias];
  const written = "output" in results ? endBuffers(results) : [results];
  recorder.run(
    pipeline,
    shader,
    sizesOf(call, rows, keys, near.past, part),
    [...inputs, ...bound(tables), ...written],
    [
      Math.ceil(length(rows.queries) / plan.tile.queries),
      length(rows.batch) * length(rows.heads),
      plan.splits * plan.tile.blocks,
    ],
  );
}

function recordMerge(call: Call, rows: RowChunk, sums: GPUBuffer, ends: RowBuffers, parts: number): void {
  const { recorder, compiled, pipelines, tables } = call;
  const [shader, pipeline] = pipelines.merge!;
  const groups = Math.ceil((rowCount(rows) * fours(compiled.sizes.e)) / threads);
  const buffers = [sums, ...bound(tables), ...endBuffers(ends)];
  recorder.run(pipeline, shader, sizesOf(call, rows, [0, 0], 0, parts), buffers, [
    Math.min(groups, lineOfGroups),
    Math.ceil(groups / lineOfGroups),
    1,
  ]);
}

function recordWeights(
  call: Call,
  rows: RowChunk,
  keys: Span,
  near: KeysAtHand,
  query: GPUBuffer,
  logSumExp: GPUBuffer,
  weights: GPUBuffer,
): void {
  const { recorder, pipelines, tables } = call;
  const [shader, pipeline] = pipelines.weigh!;
  const buffers = [query, near.key, ...near.pastKey, ...near.bias, ...bound(tables), logSumExp, weights];
  recorder.run(pipeline, shader, sizesOf(call, rows, keys, near.past, 0), buffers, [
    Math.ceil(length(keys) / lanes),
    Math.ceil(length(rows.queries) / lanes),
    length(rows.batch) * length(rows.heads),
  ]);
}

const bound = (tables: GPUBuffer | undefined) => (tables ? [tables] : []);

function sizesOf(
  { compiled, plan, problem }: Call,
  rows: RowChunk,
  keys: Span,
  past: number,
  part: number,
): DispatchSizes {
  return {
    scale: problem.scale ?? 1 / Math.sqrt(compiled.sizes.d),
    queries: length(rows.queries),
    keys: length(keys),
    past,
    heads: length(rows.heads),
    keyHeads: length(rows.keyHeads),
    rows: rowCount(rows),
    firstBatch: rows.batch[0],
    firstHead: rows.heads[0],
    firstQuery: rows.queries[0],
    firstKey: keys[0],
    keyTiles: Math.ceil(length(keys) / compiled.tile.keys),
    tilesPerSplit: plan.tilesPerSplit,
    ...biasSteps(problem.bias, rows, keys),
    part,
  };
}

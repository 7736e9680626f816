import type { AttentionOutputs, AttentionProblem } from "@xattn/core";
import { defaultLimits, type GpuLimits } from "../device/limits.ts";
import { bytesOfBuffers } from "./bytes.ts";
import { type Chunk, chooseChunk, splitKeys } from "./chunks.ts";
import { type CompiledProblem, compileProblem } from "./compile.ts";
import { peakBytes } from "./peak.ts";
import { type Tile, tileLoads, workgroupBytes, workgroupLoads } from "./tile.ts";

/** What a call does, and what it needs, before it is made. Work that a mask saves is not taken off. */
export interface AttentionPlan {
  readonly tile: Tile;
  /** How much of each axis is on the device at a time; less than all only beyond the device's limits. */
  readonly chunk: Chunk;
  /** Workgroups that share the keys of a row. */
  readonly splits: number;
  readonly tilesPerSplit: number;
  readonly keyChunks: number;
  /** Whether sums over different keys are put together by a dispatch of its own. */
  readonly merges: boolean;
  readonly dispatches: number;
  /** Bytes of workgroup memory. */
  readonly workgroupBytes: number;
  /** Most bytes on the device at one time, inputs, outputs and the copy that is read back included. */
  readonly peakBytes: number;
  /** Bytes that dispatches read and write, each buffer once a dispatch: caches serve the rest. */
  readonly bytesMoved: number;
  /** Bytes of inputs and outputs. */
  readonly bytesFewest: number;
  /** Bytes that workgroups ask for, before caches. */
  readonly bytesAsked: number;
  /** Bytes that threads read of workgroup memory. */
  readonly workgroupBytesRead: number;
  /** Multiply-adds of q·kᵀ and of weights and values. */
  readonly multiplyAdds: number;
  /** Numbers that threads read of workgroup memory for each of them. */
  readonly workgroupLoadsPerMultiplyAdd: number;
}

/**
 * What computing a problem takes on a device of these limits.
 *
 * @throws what `attention` would throw for it, LimitError included
 */
export function planAttention(
  problem: AttentionProblem,
  outputs: AttentionOutputs = {},
  limits: Partial<GpuLimits> = {},
): AttentionPlan {
  const all = { ...defaultLimits, ...limits };
  return planCall(compileProblem(problem, outputs, all), problem, outputs, all);
}

export function planCall(
  compiled: CompiledProblem,
  problem: AttentionProblem,
  outputs: AttentionOutputs,
  limits: GpuLimits,
): AttentionPlan {
  const { sizes, types, tile, tables } = compiled;
  const { past, bias } = problem;
  const chunk = chooseChunk({ sizes, types, tile, outputs, limits, ...(bias && { biasShape: bias.shape }) });
  const { batch, heads, keyHeads, n, m, d, e } = sizes;
  const group = keyHeads === 0 ? 0 : heads / keyHeads;
  const { splits, tilesPerSplit } = splitKeys({ ...sizes, ...chunk, heads: chunk.keyHeads * group }, tile);
  const keyChunks = Math.max(1, Math.ceil(m / Math.max(1, chunk.m)));
  const needsLogSumExp = Boolean(outputs.logSumExp || outputs.weights);
  const storages = 4 + (past ? 2 : 0) + (bias ? 1 : 0) + (tables ? 1 : 0) + (needsLogSumExp ? 1 : 0);
  const parts = splits * keyChunks;
  const merges = parts > 1 || storages > limits.maxStorageBuffersPerShaderStage;
  const rowChunks =
    Math.ceil(batch / Math.max(1, chunk.batch)) *
    Math.ceil(keyHeads / Math.max(1, chunk.keyHeads)) *
    Math.ceil(n / Math.max(1, chunk.n));
  const counted = { compiled, outputs, parts: merges ? parts : 0, ...(bias && { biasShape: bias.shape }) };
  const whole = bytesOfBuffers(counted, { batch, keyHeads, n, m });
  const inputs = whole.query + whole.key + whole.value + whole.bias;
  const results = whole.output + (outputs.logSumExp ? whole.logSumExp : 0) + whole.weights;
  const multiplyAdds = batch * heads * n * m * (d + e);
  const workgroupBytesRead = 16 * batch * heads * workgroupLoads({ n, m, d, e }, tile);
  const weighing = whole.query + whole.key + whole.bias + whole.tables + whole.logSumExp + whole.weights;
  return {
    tile,
    chunk,
    splits,
    tilesPerSplit,
    keyChunks,
    merges,
    dispatches: rowChunks * (keyChunks + (merges ? 1 : 0) + (outputs.weights ? keyChunks : 0)),
    workgroupBytes: workgroupBytes(tile),
    peakBytes: batch * heads * n === 0 ? 0 : peakBytes(counted, { chunk, keyChunks, past, limits }),
    bytesMoved:
      inputs + whole.tables + 2 * whole.parts + whole.output + whole.logSumExp + (outputs.weights ? weighing : 0),
    bytesFewest: inputs + results,
    bytesAsked: 16 * batch * heads * tileLoads({ n, m, d, e }, tile),
    workgroupBytesRead,
    multiplyAdds,
    workgroupLoadsPerMultiplyAdd: multiplyAdds === 0 ? 0 : workgroupBytesRead / 4 / multiplyAdds,
  };
}

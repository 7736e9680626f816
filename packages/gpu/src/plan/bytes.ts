import type { AttentionOutputs } from "@xattn/core";
import { partStep } from "../wgsl/attention.ts";
import { bytesOf } from "../wgsl/storage.ts";
import { biasAxes, type Chunk } from "./chunks.ts";
import type { CompiledProblem } from "./compile.ts";

/** A call whose buffers are counted. */
export interface CountedCall {
  readonly compiled: CompiledProblem;
  readonly outputs: AttentionOutputs;
  readonly biasShape?: readonly number[];
  /** Sums over different keys that are merged; 0 where rows are finished at once. */
  readonly parts: number;
}

/** Bytes of each of a call's buffers over a part of the problem; past and new keys together, as the new ones are. */
export function bytesOfBuffers({ compiled, outputs, biasShape, parts }: CountedCall, chunk: Chunk) {
  const { sizes, types, tables } = compiled;
  const { d, e, keyHeads } = sizes;
  const heads = chunk.keyHeads * (keyHeads === 0 ? 0 : sizes.heads / keyHeads);
  const rows = chunk.batch * heads * chunk.n;
  const keyRows = chunk.batch * chunk.keyHeads * chunk.m;
  const biasCount = biasShape ? biasAxes(biasShape, chunk, heads).reduce((product, axis) => product * axis, 1) : 0;
  return {
    query: rows * d * bytesOf[types.query],
    key: keyRows * d * bytesOf[types.key],
    value: keyRows * e * bytesOf[types.value],
    bias: types.bias ? biasCount * bytesOf[types.bias] : 0,
    tables: tables ? tables.byteLength : 0,
    output: rows * e * bytesOf[types.query],
    parts: parts * rows * partStep(e) * 16,
    logSumExp: outputs.logSumExp || outputs.weights ? rows * 4 : 0,
    weights: outputs.weights ? rows * chunk.m * 4 : 0,
  };
}

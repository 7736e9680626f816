import type { AttentionProblem } from "@xattn/core";
import type { GpuLimits } from "../device/limits.ts";
import { type BufferKind, pooledBytes } from "../memory/pool.ts";
import { sizesBytes } from "../wgsl/sizes.ts";
import { bytesOf } from "../wgsl/storage.ts";
import { bytesOfBuffers, type CountedCall } from "./bytes.ts";
import type { Chunk } from "./chunks.ts";

interface Pieces {
  readonly chunk: Chunk;
  readonly keyChunks: number;
  readonly past: AttentionProblem["past"];
  readonly limits: GpuLimits;
}

/** Most bytes that the pool has given out at one time in a call over tensors of the host: what the call's steps hold. */
export function peakBytes(call: CountedCall, { chunk, keyChunks, past, limits }: Pieces): number {
  const { compiled, outputs, parts } = call;
  const { sizes, types } = compiled;
  const pooled = (size: number, kind: BufferKind) => (size > 0 ? pooledBytes(kind, size, limits) : 0);
  const take = (...sizes: readonly number[]) => sizes.reduce((sum, size) => sum + pooled(size, "storage"), 0);
  const copy = (size: number) => pooled(size, "readback");
  const one = (size: number) => take(Math.max(1, size));
  const bytes = bytesOfBuffers(call, chunk);
  const uniform = pooled(sizesBytes, "uniform");

  const early = past ? past.key.shape[2]! : 0;
  const matrices = chunk.batch * chunk.keyHeads;
  const keyed = (at: number, withValues: boolean) => {
    const [from, to] = [at * chunk.m, Math.min(sizes.m, (at + 1) * chunk.m)];
    const old = Math.min(to, early) - Math.min(from, early);
    const rows = (count: number, key: keyof typeof bytesOf, value: keyof typeof bytesOf) =>
      one(matrices * count * sizes.d * bytesOf[key]) +
      (withValues ? one(matrices * count * sizes.e * bytesOf[value]) : 0);
    return (
      rows(to - from - old, types.key, types.value) +
      (types.pastKey && types.pastValue ? rows(old, types.pastKey, types.pastValue) : 0) +
      (types.bias ? one(bytes.bias) : 0)
    );
  };
  const most = (withValues: boolean) =>
    Math.max(...Array.from({ length: keyChunks }, (_, at) => keyed(at, withValues)));

  const query = one(bytes.query) + take(bytes.tables);
  const sums = take(bytes.parts);
  const ended = one(bytes.output) + take(bytes.logSumExp);
  const readBack = copy(Math.max(4, bytes.output)) + (outputs.logSumExp ? copy(bytes.logSumExp) : 0);
  const weights = outputs.weights ? uniform + take(bytes.weights) + copy(bytes.weights) : 0;
  if (keyChunks === 1) {
    return query + keyed(0, true) + uniform + sums + (parts > 0 ? uniform : 0) + ended + weights + readBack;
  }
  return Math.max(
    query + sums + most(true) + uniform,
    query + sums + ended + uniform,
    query + ended + (outputs.weights ? most(false) + weights : 0),
    query + ended + readBack,
  );
}

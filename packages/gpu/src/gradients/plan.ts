import { type AttentionProblem, describeVariant, UnsupportedError, validateProblem } from "@xattn/core";
import { defaultLimits, type GpuLimits } from "../device/limits.ts";
import { type BufferKind, pooledBytes } from "../memory/pool.ts";
import { biasAxes, splitKeys } from "../plan/chunks.ts";
import { type CompiledProblem, compileProblem } from "../plan/compile.ts";
import { choosePieces, type Piece } from "../plan/pieces.ts";
import { fours } from "../plan/tile.ts";
import { partStep } from "../wgsl/attention.ts";
import { sizesBytes } from "../wgsl/sizes.ts";
import { gradientCode, type PreparedGradient } from "./code.ts";

/** What a vector-Jacobian product takes on a device, before it is made. */
export interface VjpPlan {
  readonly dispatches: number;
  /** Pieces of batch entries and heads that are computed one after the other; 1 within the device's limits. */
  readonly pieces: number;
  /** Most bytes on the device at one time, inputs, results and the copies that are read back included. */
  readonly peakBytes: number;
}

/** A problem whose tensors are float32 with the past in front of the keys, made ready to be differentiated. */
export interface PreparedVjp {
  readonly compiled: CompiledProblem;
  readonly gradient: PreparedGradient;
  readonly pieces: readonly Piece[];
  readonly splits: number;
  readonly tilesPerSplit: number;
  readonly plan: VjpPlan;
}

/**
 * What differentiating a problem takes on a device of these limits: memory grows with n + m.
 *
 * @throws what `vjp` would throw for it, LimitError included
 */
export function planVjp(problem: AttentionProblem, limits: Partial<GpuLimits> = {}): VjpPlan {
  return prepareVjp(problem, false, { ...defaultLimits, ...limits }).plan;
}

/** @throws UnsupportedError unless all keys of a row form its softmax */
export function needSoftmax({ variant = { kind: "standard" } }: AttentionProblem): void {
  if (variant.kind === "standard" || variant.kind === "chunked") return;
  throw new UnsupportedError(
    `variant: the webgpu backend does not differentiate ${describeVariant(variant)}; use attentionVjp`,
  );
}

export function prepareVjp(problem: AttentionProblem, withLogSumExp: boolean, limits: GpuLimits): PreparedVjp {
  needSoftmax(problem);
  const sizes = validateProblem(problem);
  const compiled = compileProblem(problem, { logSumExp: true }, limits);
  const gradient = gradientCode(problem, sizes);
  const { batch, heads, keyHeads, n, m, d, e } = sizes;
  const { bias } = problem;
  const group = keyHeads === 0 ? 0 : heads / keyHeads;
  const splitsOf = (entries: number, some: number) =>
    splitKeys({ ...sizes, batch: entries, heads: some * group }, compiled.tile);
  const tableBytes = (gradient.tables?.byteLength ?? 0) + (compiled.tables?.byteLength ?? 0);
  const bytes = (entries: number, some: number) => {
    const rows = entries * some * group * n;
    const { splits } = splitsOf(entries, some);
    return {
      query: 4 * rows * d,
      key: 4 * entries * some * m * d,
      value: 4 * entries * some * m * e,
      outputGradient: 4 * rows * e,
      ...(bias && {
        bias:
          4 * biasAxes(bias.shape, { batch: entries, keyHeads: some, n, m }, some * group).reduce((a, b) => a * b, 1),
      }),
      ...(withLogSumExp && { logSumExpGradient: 4 * rows }),
      output: 4 * rows * e,
      "log-sum-exp": 4 * rows,
      facts: 8 * rows,
      ...(splits > 1 && { parts: splits * rows * partStep(e) * 16 }),
      "gradient by query": 16 * rows * fours(d),
      "gradient by key and value": 16 * entries * some * m * (fours(d) + fours(e)),
    };
  };
  const pieces = choosePieces(sizes, limits, bytes);
  const [entries, some] = pieces[0] ? [lengthOf(pieces[0].batch), lengthOf(pieces[0].keyHeads)] : [0, 0];
  const pooled = (size: number, kind: BufferKind) => pooledBytes(kind, Math.max(1, size), limits);
  const needed = bytes(entries, some);
  const biasBytes = needed.bias ?? 0;
  const results = [
    needed["gradient by query"],
    needed["gradient by key and value"],
    ...(bias ? [biasBytes] : []),
    ...(problem.sinks ? [needed.facts] : []),
  ];
  const { splits, tilesPerSplit } = splitsOf(entries, some);
  const dispatches = 3 + (splits > 1 ? 2 : 1) + (bias ? 1 : 0);
  return {
    compiled,
    gradient,
    pieces,
    splits,
    tilesPerSplit,
    plan: {
      dispatches: batch * heads * n * m * d * e === 0 ? 0 : pieces.length * dispatches,
      pieces: pieces.length,
      peakBytes:
        Object.values(needed).reduce((sum, size) => sum + pooled(size, "storage"), 0) +
        (bias ? pooled(biasBytes, "storage") : 0) +
        (tableBytes > 0 ? tablesOf(compiled.tables) + tablesOf(gradient.tables) : 0) +
        dispatches * pooled(sizesBytes, "uniform") +
        results.reduce((sum, size) => sum + pooled(size, "readback"), 0),
    },
  };

  function tablesOf(data: Uint32Array | undefined): number {
    return data ? pooled(data.byteLength, "storage") : 0;
  }
}

const lengthOf = ([first, last]: readonly [number, number]) => last - first;

import type { AttentionProblem, ProblemSizes, Tensor } from "@xattn/core";
import { biasAxes } from "../plan/chunks.ts";
import type { HeldBuffers } from "./held.ts";
import type { AnyTensor, Ranges } from "./tensors.ts";

/** From and to along an axis. */
export type Span = readonly [number, number];

export const length = ([from, to]: Span) => to - from;

/** Some rows of the output. */
export interface RowChunk {
  readonly batch: Span;
  readonly keyHeads: Span;
  /** Query heads: those that read the key-value heads. */
  readonly heads: Span;
  readonly queries: Span;
}

/** What shaders see of some of the keys, in the order of their bindings. */
export interface KeysAtHand {
  /** How many of them are of the past. */
  readonly past: number;
  readonly key: GPUBuffer;
  readonly value: readonly GPUBuffer[];
  readonly pastKey: readonly GPUBuffer[];
  readonly pastValue: readonly GPUBuffer[];
  readonly bias: readonly GPUBuffer[];
}

export function placeKeys(
  held: HeldBuffers,
  { key, value, past, bias }: AttentionProblem,
  { d, e }: ProblemSizes,
  { batch, keyHeads, heads, queries }: RowChunk,
  keys: Span,
  withValues: boolean,
): KeysAtHand {
  const early = past?.key.shape[2] ?? 0;
  const old: Span = [Math.min(keys[0], early), Math.min(keys[1], early)];
  const fresh: Span = [Math.max(keys[0], early) - early, Math.max(keys[1], early) - early];
  const rows = (name: string, source: AnyTensor, span: Span, width: number) =>
    held.place(name, source, [batch, keyHeads, span, [0, width]]);
  return {
    past: length(old),
    key: rows("key", key, fresh, d),
    value: withValues ? [rows("value", value, fresh, e)] : [],
    pastKey: past ? [rows("past.key", past.key, old, d)] : [],
    pastValue: past && withValues ? [rows("past.value", past.value, old, e)] : [],
    bias: bias ? [held.place("bias", bias, biasRanges(bias, [batch, heads, queries, keys]))] : [],
  };
}

export function giveKeys(held: HeldBuffers, keys: KeysAtHand): void {
  held.give(keys.key, ...keys.value, ...keys.pastKey, ...keys.pastValue, ...keys.bias);
}

function biasRanges({ shape }: Tensor, whole: readonly Span[]): Ranges {
  return shape.map((axis, at) => (axis === 1 ? ([0, 1] as const) : whole[4 - shape.length + at]!));
}

/** Steps through the bias at hand along b, h, i, j: 0 where it is broadcast. */
export function biasSteps(bias: Tensor | undefined, { batch, heads, queries }: RowChunk, keys: Span) {
  const shape = bias?.shape ?? [];
  const at = { batch: length(batch), keyHeads: 0, n: length(queries), m: length(keys) };
  const axes = biasAxes(shape, at, length(heads));
  const own = [...new Array<number>(4 - shape.length).fill(1), ...shape];
  const step = (axis: number) =>
    own[axis] === 1 ? 0 : axes.slice(axis + 1).reduce((product, size) => product * size, 1);
  return { biasBatch: step(0), biasHead: step(1), biasQuery: step(2), biasKey: step(3) };
}

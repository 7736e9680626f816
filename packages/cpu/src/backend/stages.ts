import { type AttentionProblem, type ProblemSizes, type Tensor, UnsupportedError } from "@xattn/core";
import { compileModifiers, modifiersDependOn, type ScoreModifier } from "@xattn/masking";
import { maximumStages, type Stage } from "../exact/layout.ts";
import type { Context } from "./context.ts";
import { addressOf } from "./tensors.ts";

export interface PlacedStage {
  readonly stage: Stage;
  /** Writes the stage's parameters at a word of the memory. */
  place(at: number): void;
}

/**
 * The modifiers and the bias of a problem, laid out for the kernels.
 *
 * @throws UnsupportedError when there are more of them than a descriptor holds
 */
export function placeStages(context: Context, problem: AttentionProblem, sizes: ProblemSizes): readonly PlacedStage[] {
  const stages = (problem.modifiers ?? []).map((modifier) =>
    modifier.kind === "softcap" ? softcapStage(context, modifier.cap) : relativeStage(context, modifier, sizes),
  );
  if (problem.bias) stages.push(biasStage(context, problem.bias, sizes));
  if (stages.length > maximumStages) {
    throw new UnsupportedError(
      `modifiers: ${stages.length} with the bias, and the cpu backend takes at most ${maximumStages}; use the plain backend`,
    );
  }
  return stages;
}

function softcapStage(context: Context, cap: number): PlacedStage {
  return {
    stage: "softcap",
    place(at) {
      context.float32.set([2 / cap, cap * Math.LOG2E], at);
    },
  };
}

/**
 * What a modifier adds depends on j − i alone: one row of n + m − 1 numbers for each head and batch entry that differ,
 * in base 2, of which query i reads from n − 1 − i on.
 */
function relativeStage(context: Context, modifier: ScoreModifier, sizes: ProblemSizes): PlacedStage {
  const { batch, heads, n, m } = sizes;
  const added = compileModifiers([modifier], { batch, heads, queries: n, keys: m });
  const depends = modifiersDependOn([modifier]);
  const batches = depends.batch ? batch : 1;
  const headCount = depends.head ? heads : 1;
  const length = n + m - 1;
  const row = length + rowPadding;
  const address = context.scratch.take(4 * batches * headCount * row);
  const floats = context.float32;
  for (let b = 0; b < batches; b += 1) {
    for (let h = 0; h < headCount; h += 1) {
      const start = address / 4 + (b * headCount + h) * row;
      for (let at = 0; at < length; at += 1) {
        const [query, key] = at < n ? [n - 1 - at, 0] : [0, at - n + 1];
        floats[start + at] = added(0, b, h, query, key) * Math.LOG2E;
      }
      floats.fill(0, start + length, start + row);
    }
  }
  return {
    stage: "relative",
    place(at) {
      const strides = [depends.batch ? 4 * headCount * row : 0, depends.head ? 4 * row : 0, -4];
      context.int32.set([address + 4 * (n - 1), ...strides], at);
    },
  };
}

/** Kernels read 8 keys at a time. */
const rowPadding = 8;

/** The bias where it lies, or laid out in rows where it is the same for all keys or its rows may be read beyond their end. */
function biasStage(context: Context, bias: Tensor, sizes: ProblemSizes): PlacedStage {
  const { batch, heads, n, m } = sizes;
  const target = [batch, heads, n, m];
  const shape = [...new Array<number>(4 - bias.shape.length).fill(1), ...bias.shape] as [
    number,
    number,
    number,
    number,
  ];
  const [ofBatch, ofHead, ofQuery, ofKey] = stepsOf(shape);
  const lengths = shape.map((length, axis) => (length === 1 ? 1 : target[axis]!)) as [number, number, number, number];
  const source = addressOf(context, "bias", bias);
  const rows = lengths[0] * lengths[1] * lengths[2];
  const row = Math.ceil(m / 8) * 8;
  const address = context.scratch.take(4 * rows * row);
  const floats = context.float32;
  let at = address / 4;
  for (let b = 0; b < lengths[0]; b += 1) {
    for (let h = 0; h < lengths[1]; h += 1) {
      for (let i = 0; i < lengths[2]; i += 1) {
        const from = source / 4 + b * ofBatch + h * ofHead + i * ofQuery;
        if (ofKey === 0) floats.fill(floats[from]!, at, at + m);
        else floats.copyWithin(at, from, from + m);
        floats.fill(0, at + m, at + row);
        at += row;
      }
    }
  }
  const rowBytes = 4 * row;
  return {
    stage: "bias",
    place(word) {
      const strides = [
        lengths[0] === 1 ? 0 : rowBytes * lengths[1] * lengths[2],
        lengths[1] === 1 ? 0 : rowBytes * lengths[2],
        lengths[2] === 1 ? 0 : rowBytes,
      ];
      context.int32.set([address, ...strides], word);
    },
  };
}

/** Elements from one index to the next, 0 along axes of length 1. */
function stepsOf(shape: readonly [number, number, number, number]): [number, number, number, number] {
  const [, h, i, j] = shape;
  const steps = [h * i * j, i * j, j, 1];
  return steps.map((step, axis) => (shape[axis] === 1 ? 0 : step)) as [number, number, number, number];
}

import { type AttentionGradients, type AttentionProblem, type ProblemSizes, type Tensor, tensor } from "@xattn/core";
import type { Context } from "../backend/context.ts";
import { liesInside } from "../backend/tensors.ts";

/** The gradient of a scalar by each input that the problem has, in the input's own shape. */
export type CpuGradients = Float32Tensors<AttentionGradients>;

/** The same names, with tensors of float32. */
export type Float32Tensors<Named> = {
  readonly [Name in keyof Named]: Named[Name] extends Tensor | undefined
    ? Float32Tensor<Named[Name]>
    : Float32Tensors<Named[Name]>;
};

type Float32Tensor<Type> = Type extends Tensor ? Tensor<"float32"> : Type;

/** Rows of `wide` numbers of which `width` count, `room` rows to a key-value head. */
export interface GradientRows {
  readonly address: number;
  readonly wide: number;
  readonly width: number;
  readonly room: number;
}

export interface RowRange {
  readonly from: number;
  /** The first row that is not meant. */
  readonly to: number;
}

/** Rows of every key-value head, out of the kernels' scratch memory: into a tensor that is given, or one of their own. */
export function takeRows(
  context: Context,
  shape: readonly number[],
  { address, wide, width, room }: GradientRows,
  { from, to }: RowRange,
  target?: Tensor<"float32">,
): Tensor<"float32"> {
  const groups = shape[0]! * shape[1]!;
  const floats = context.float32;
  if (target && liesInside(context, target) && target.data.byteOffset === address) return target;
  const data = target?.data ?? new Float32Array(groups * (to - from) * width);
  let at = 0;
  for (let group = 0; group < groups; group += 1) {
    const first = address / 4 + (group * room + from) * wide;
    if (wide === width) {
      data.set(floats.subarray(first, first + (to - from) * width), at);
      at += (to - from) * width;
      continue;
    }
    for (let row = 0; row < to - from; row += 1) {
      data.set(floats.subarray(first + row * wide, first + row * wide + width), at);
      at += width;
    }
  }
  return target ?? tensor([...shape], data);
}

/** The gradient of the bias: rows padded to 8 keys, summed over the keys where the bias is the same for all. */
export function takeBias(
  context: Context,
  bias: NonNullable<AttentionProblem["bias"]>,
  address: number,
  { m }: ProblemSizes,
): Tensor<"float32"> {
  const row = biasRow(m);
  const floats = context.float32;
  const sameForKeys = (bias.shape.at(-1) ?? 1) === 1;
  const width = sameForKeys ? 1 : m;
  const rows = bias.shape.slice(0, -1).reduce((product, axis) => product * axis, 1);
  const data = new Float32Array(rows * width);
  for (let index = 0; index < rows; index += 1) {
    const from = floats.subarray(address / 4 + index * row, address / 4 + index * row + m);
    if (sameForKeys) data[index] = from.reduce((sum, value) => sum + value, 0);
    else data.set(from, index * m);
  }
  return tensor([...bias.shape], data);
}

/** Numbers in a row of the bias as the kernels have it. */
export function biasRow(m: number): number {
  return 8 * Math.ceil(m / 8);
}

/** Lengths of a bias's axes b, h and n: 1 where it is the same for all. */
export function biasLengths(bias: Tensor): readonly [number, number, number] {
  const four = [1, 1, 1, 1, ...bias.shape].slice(-4);
  return four.slice(0, 3) as [number, number, number];
}

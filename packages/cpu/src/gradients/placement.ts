import { ArgumentError, type AttentionProblem, type Tensor } from "@xattn/core";
import type { Context } from "../backend/context.ts";
import { liesInside } from "../backend/tensors.ts";
import { needShape } from "./check.ts";
import type { CpuGradients } from "./results.ts";

/**
 * Tensors that gradients are written to, each of its input's shape. Those that the backend made are added up where they
 * lie where their rows need no padding (d, e a multiple of 16 and m of 8), and then take no scratch memory.
 */
export interface GradientPlacement {
  readonly query?: Tensor<"float32">;
  readonly key?: Tensor<"float32">;
  readonly value?: Tensor<"float32">;
}

const names = ["query", "key", "value"] as const;

/**
 * @param others tensors that are read besides the problem's, by name
 * @throws ShapeError unless each has its input's shape
 * @throws ArgumentError when one is not float32, or shares memory with an input or another: that is still read
 */
export function needPlacement(
  into: GradientPlacement | undefined,
  problem: AttentionProblem,
  others: Readonly<Record<string, Tensor | undefined>>,
): void {
  if (!into) return;
  const { query, key, value, past, bias } = problem;
  const read = { query, key, value, "past.key": past?.key, "past.value": past?.value, bias, ...others };
  const taken = Object.entries(read).flatMap(([name, tensor]): [string, Tensor][] => (tensor ? [[name, tensor]] : []));
  for (const name of names) {
    const target = into[name];
    if (!target) continue;
    needShape(`options.into.${name}`, target, problem[name].shape, `the ${name}`);
    if (target.dtype !== "float32") {
      throw new ArgumentError(`options.into.${name}: is ${target.dtype}, and gradients are float32`);
    }
    const other = taken.find(([, { data }]) => overlap(data, target.data));
    if (other) throw new ArgumentError(`options.into.${name}: shares memory with ${other[0]}`);
    taken.push([`options.into.${name}`, target]);
  }
}

function overlap(left: Tensor["data"], right: Tensor["data"]): boolean {
  return (
    sameBuffer(left.buffer, right.buffer) &&
    left.byteOffset < right.byteOffset + right.byteLength &&
    right.byteOffset < left.byteOffset + left.byteLength
  );
}

/** The buffers that one memory had before and after it grew are shared ones of different lengths: taken for the same. */
function sameBuffer(left: ArrayBufferLike, right: ArrayBufferLike): boolean {
  return left === right || (isShared(left) && isShared(right));
}

function isShared(buffer: ArrayBufferLike): boolean {
  return typeof SharedArrayBuffer !== "undefined" && buffer instanceof SharedArrayBuffer;
}

/** Rows as kernels write them, and as the tensor has them. */
export interface RowForm {
  readonly room: number;
  readonly m: number;
  readonly wide: number;
  readonly width: number;
}

/** Address of a tensor whose rows lie as the kernels write them, in their memory. */
export function placeInside(
  context: Context,
  target: Tensor<"float32"> | undefined,
  { room, m, wide, width }: RowForm,
): number | undefined {
  if (!target || room !== m || wide !== width || !liesInside(context, target)) return undefined;
  return target.data.byteOffset;
}

/** Gradients moved to where they are to go. */
export function placeGradients(gradients: CpuGradients, into: GradientPlacement = {}): CpuGradients {
  const placed = names.flatMap((name) => {
    const target = into[name];
    if (!target) return [];
    target.data.set(gradients[name].data);
    return [[name, target] as const];
  });
  return { ...gradients, ...Object.fromEntries(placed) };
}

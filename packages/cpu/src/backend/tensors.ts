import { ArgumentError, type Tensor, UnsupportedError } from "@xattn/core";
import { type HalfType, widen } from "../half/half.ts";
import type { Context } from "./context.ts";

/**
 * Address of a tensor's numbers as float32: where they lie if that is the kernels' memory already, else of a copy in
 * scratch memory. Half precision is widened on the way.
 *
 * @throws UnsupportedError for float64, which these kernels would silently round
 * @throws ArgumentError when the tensor's buffer is detached
 */
export function addressOf(context: Context, name: string, source: Tensor): number {
  if (source.dtype === "float64") {
    throw new UnsupportedError(`${name}: the cpu backend computes in float32, not float64; use the reference backend`);
  }
  const count = source.shape.reduce((product, axis) => product * axis, 1);
  if (source.data.length < count) {
    throw new ArgumentError(
      `${name}: holds ${source.data.length} numbers where its shape [${source.shape.join(", ")}] needs ${count}; ` +
        "its buffer is detached, or was transferred or released",
    );
  }
  if (source.dtype === "float32" && liesInside(context, source)) return source.data.byteOffset;
  if (source.dtype !== "float32") return widen(context, source as Tensor<HalfType>);
  const address = context.scratch.take(4 * count);
  context.float32.set(source.data as Float32Array, address / 4);
  return address;
}

/** Numbers of the kernels' memory in an array of their own. (From shared memory `slice` takes twice as long.) */
export function copyOut(context: Context, address: number, count: number): Float32Array<ArrayBuffer> {
  return new Float32Array(context.float32.subarray(address / 4, address / 4 + count));
}

/** Whether the tensor's numbers lie in the kernels' memory. */
export function liesInside({ heap }: Context, { data }: Tensor): boolean {
  return data.buffer === heap.memory.buffer || (isShared(data.buffer) && sameMemory(heap.memory, data));
}

function isShared(buffer: ArrayBufferLike): boolean {
  return typeof SharedArrayBuffer !== "undefined" && buffer instanceof SharedArrayBuffer;
}

/** Buffers that a shared memory had before it grew; they still show the same bytes. */
const earlierBuffers = new WeakMap<WebAssembly.Memory, WeakSet<ArrayBufferLike>>();

function sameMemory(memory: WebAssembly.Memory, { buffer }: Tensor["data"]): boolean {
  return earlierBuffers.get(memory)?.has(buffer) ?? false;
}

/** Remembers the memory's present buffer as one that tensors may view. */
export function rememberBuffer(memory: WebAssembly.Memory): void {
  let buffers = earlierBuffers.get(memory);
  if (!buffers) {
    buffers = new WeakSet();
    earlierBuffers.set(memory, buffers);
  }
  buffers.add(memory.buffer);
}

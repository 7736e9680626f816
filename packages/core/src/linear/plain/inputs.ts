import { UnsupportedError } from "../../errors/errors.ts";
import { decodeInto } from "../../tensor/convert.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Scratch memory of `floats` elements; it may hold anything. */
export type Allocate = (floats: number) => Float32Array;

/**
 * The elements as float32: where they lie when they are so already, else decoded into scratch memory.
 *
 * @throws UnsupportedError for float64, which a float32 kernel would silently round
 */
export function float32Of(name: string, source: Tensor, allocate: Allocate): Float32Array {
  if (source.dtype === "float64") {
    throw new UnsupportedError(`${name}: this kernel computes in float32, not float64; use the reference`);
  }
  if (source.dtype === "float32") return source.data as Float32Array;
  return decodeInto(source, allocate(source.data.length), 0);
}

/** Floats of scratch that `float32Of` takes for a tensor. */
export function decodedFloats(source: Tensor | undefined): number {
  return !source || source.dtype === "float32" || source.dtype === "float64" ? 0 : source.data.length;
}

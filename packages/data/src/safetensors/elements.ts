import { fromBfloat16Bits, fromFloat16Bits } from "@xattn/core";
import { SafetensorsError } from "./errors.ts";
import type { SafeTensor } from "./tensor.ts";

/**
 * The elements of a tensor as float32. Values of wider types are rounded; false and true are 0 and 1.
 *
 * @throws SafetensorsError for 64-bit integers, which float32 cannot hold
 */
export function toFloat32({ dtype, bytes }: SafeTensor): Float32Array {
  // A copy begins on an aligned address, whatever the header's length was. (The slice of a Buffer is no copy.)
  const { buffer } = Uint8Array.from(bytes);
  switch (dtype) {
    case "F64":
      return Float32Array.from(new Float64Array(buffer));
    case "F32":
      return new Float32Array(buffer);
    case "F16":
      return Float32Array.from(new Uint16Array(buffer), fromFloat16Bits);
    case "BF16":
      return Float32Array.from(new Uint16Array(buffer), fromBfloat16Bits);
    case "I32":
      return Float32Array.from(new Int32Array(buffer));
    case "U32":
      return Float32Array.from(new Uint32Array(buffer));
    case "I16":
      return Float32Array.from(new Int16Array(buffer));
    case "U16":
      return Float32Array.from(new Uint16Array(buffer));
    case "I8":
      return Float32Array.from(new Int8Array(buffer));
    case "U8":
    case "BOOL":
      return Float32Array.from(new Uint8Array(buffer));
    case "I64":
    case "U64":
      throw new SafetensorsError(`${dtype}: a 64-bit integer does not fit into float32`);
  }
}

/** A float32 tensor of this shape. */
export function float32Tensor(shape: readonly number[], values: Float32Array): SafeTensor {
  return { dtype: "F32", shape, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/** A tensor of bytes of this shape. */
export function uint8Tensor(shape: readonly number[], values: Uint8Array): SafeTensor {
  return { dtype: "U8", shape, bytes: values };
}

import { fromNumbers } from "./create.ts";
import { fromBfloat16Bits, fromFloat16Bits } from "./half.ts";
import type { DType, Tensor } from "./tensor.ts";

/** The elements as float64 numbers, row-major, always in an array of their own. Every conversion is exact. */
export function toFloat64(source: Tensor): Float64Array {
  return decodeInto(source, new Float64Array(source.data.length), 0);
}

/** The same values in another element type, each rounded to nearest, ties to even. */
export function convert<Type extends DType>(source: Tensor, dtype: Type): Tensor<Type> {
  return fromNumbers(source.shape, toFloat64(source), dtype);
}

/** Writes the elements as numbers from `offset` on, rounded to what the target holds. */
export function decodeInto<Target extends Float32Array | Float64Array>(
  { dtype, data }: Tensor,
  target: Target,
  offset: number,
): Target {
  if (dtype === "float64" || dtype === "float32") {
    target.set(data, offset);
    return target;
  }
  const decode = dtype === "float16" ? fromFloat16Bits : fromBfloat16Bits;
  for (let index = 0; index < data.length; index += 1) target[offset + index] = decode(data[index]!);
  return target;
}

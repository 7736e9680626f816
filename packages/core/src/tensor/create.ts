import { ArgumentError, ShapeError } from "../errors/errors.ts";
import { toBfloat16Bits, toFloat16Bits } from "./half.ts";
import type { DType, StorageOf, Tensor } from "./tensor.ts";

/**
 * A tensor over the given elements, zeros when there are none. A typed array becomes the storage itself, without a
 * copy; numbers in an ordinary array are rounded to the nearest element of `dtype`.
 *
 * @param shape non-negative integers; their product is the number of elements
 * @param dtype told by a Float32Array or Float64Array, else float32 by default; a Uint16Array needs it told
 * @throws ShapeError when the shape is not one, or the number of elements differs from it
 * @throws ArgumentError when the storage is not that of `dtype`
 */
export function tensor(shape: readonly number[], data: Float64Array): Tensor<"float64">;
export function tensor(shape: readonly number[], data?: Float32Array | readonly number[]): Tensor<"float32">;
export function tensor<Type extends DType>(
  shape: readonly number[],
  data: StorageOf[Type] | readonly number[],
  dtype: Type,
): Tensor<Type>;
export function tensor(
  shape: readonly number[],
  data?: StorageOf[DType] | readonly number[],
  dtype: DType = data instanceof Float64Array ? "float64" : "float32",
): Tensor {
  const size = elementCount(shape);
  if (data === undefined) return { dtype, shape: [...shape], data: allocateStorage(dtype, size) };
  if (data.length !== size) {
    throw new ShapeError(`data: ${data.length} elements do not fill shape [${shape.join(", ")}], which needs ${size}`);
  }
  if (!ArrayBuffer.isView(data)) return fromNumbers(shape, data, dtype);
  const needed = storageOf[dtype];
  if (!(data instanceof needed)) {
    throw new ArgumentError(`data: a ${data.constructor.name} cannot hold ${dtype}; needs a ${needed.name}`);
  }
  return { dtype, shape: [...shape], data };
}

/** A tensor of zeros; float32 when no type is told. */
export function zeros(shape: readonly number[]): Tensor<"float32">;
export function zeros<Type extends DType>(shape: readonly number[], dtype: Type): Tensor<Type>;
export function zeros(shape: readonly number[], dtype: DType = "float32"): Tensor {
  return { dtype, shape: [...shape], data: allocateStorage(dtype, elementCount(shape)) };
}

/** Numbers in row-major order, each rounded to the nearest element of `dtype` (ties to even). */
export function fromNumbers<Type extends DType>(
  shape: readonly number[],
  numbers: ArrayLike<number>,
  dtype: Type,
): Tensor<Type> {
  const data = allocateStorage(dtype, elementCount(shape));
  const round = rounding[dtype];
  for (let index = 0; index < data.length; index += 1) data[index] = round(numbers[index]!);
  return { dtype, shape: [...shape], data };
}

/**
 * The product of a shape's axes; 1 for a scalar's empty shape.
 *
 * @throws ShapeError when an axis is not a non-negative integer
 */
export function elementCount(shape: readonly number[]): number {
  for (const axis of shape) {
    if (!Number.isSafeInteger(axis) || axis < 0) {
      throw new ShapeError(`shape: [${shape.join(", ")}] needs non-negative integers`);
    }
  }
  return shape.reduce((product, axis) => product * axis, 1);
}

const storageOf = {
  float64: Float64Array,
  float32: Float32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
} as const;

const rounding: Readonly<Record<DType, (value: number) => number>> = {
  float64: (value) => value,
  float32: Math.fround,
  float16: toFloat16Bits,
  bfloat16: toBfloat16Bits,
};

function allocateStorage<Type extends DType>(dtype: Type, size: number): StorageOf[Type] {
  return new storageOf[dtype](size) as StorageOf[Type];
}

import { elementBytes, type SafetensorsDType } from "./dtype.ts";

/** One tensor of a file: its elements row-major and little-endian, as bytes. */
export interface SafeTensor {
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** The contents of a file. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes that a tensor of this type and shape takes; not a safe integer when the shape is absurd. */
export function byteCount(dtype: SafetensorsDType, shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, elementBytes[dtype]);
}

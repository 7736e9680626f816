/** Element types in storage. Half-precision elements are kept as raw bits in a Uint16Array. */
export type DType = "float64" | "float32" | "float16" | "bfloat16";

export interface StorageOf {
  float64: Float64Array;
  float32: Float32Array;
  float16: Uint16Array;
  bfloat16: Uint16Array;
}

/** A dense row-major array: the last axis is contiguous. `data.length` is the product of `shape`. */
export interface Tensor<Type extends DType = DType> {
  readonly dtype: Type;
  readonly shape: readonly number[];
  readonly data: StorageOf[Type];
}

/** Gradients of a scalar by the results of attention, [b, h, n, e], [b, h, n, m] and [b, h, n]; absent ones are 0. */
export interface Cotangents {
  readonly output: Float64Array;
  readonly weights?: Float64Array;
  readonly logSumExp?: Float64Array;
}

/** One array for each input of attention, the past joined to key and value: values, tangents or gradients of them. */
export interface InputArrays {
  readonly query: Float64Array;
  readonly key: Float64Array;
  readonly value: Float64Array;
  readonly bias?: Float64Array;
  readonly sinks?: Float64Array;
}

/** Tangents of the results of attention, those that are asked for. */
export interface ResultArrays {
  readonly output: Float64Array;
  readonly weights?: Float64Array;
  readonly logSumExp?: Float64Array;
}

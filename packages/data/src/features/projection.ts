/** A linear map to fewer dimensions: y = components · (x − mean). */
export interface Projection {
  readonly inputWidth: number;
  readonly width: number;
  /** [inputWidth] */
  readonly mean: Float32Array;
  /** [width, inputWidth] */
  readonly components: Float32Array;
}

/**
 * Projects vectors that lie one after another.
 *
 * @param values [count, inputWidth]
 * @returns [count, width]
 * @throws RangeError when the length is not a multiple of the projection's input width
 */
export function project({ inputWidth, width, mean, components }: Projection, values: Float32Array): Float32Array {
  const count = values.length / inputWidth;
  if (!Number.isSafeInteger(count)) {
    throw new RangeError(`values: ${values.length} numbers are not a multiple of the input width ${inputWidth}`);
  }
  const result = new Float32Array(count * width);
  const centred = new Float64Array(inputWidth);
  for (let item = 0; item < count; item += 1) {
    for (let k = 0; k < inputWidth; k += 1) centred[k] = values[item * inputWidth + k]! - mean[k]!;
    for (let row = 0; row < width; row += 1) {
      let sum = 0;
      for (let k = 0; k < inputWidth; k += 1) sum += components[row * inputWidth + k]! * centred[k]!;
      result[item * width + row] = sum;
    }
  }
  return result;
}

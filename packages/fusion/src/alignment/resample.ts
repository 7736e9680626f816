import { ArgumentError, bindShape, fromNumbers, ShapeError, showShape, type Tensor, toFloat64 } from "@xattn/core";

/**
 * [b, n, d] → [b, length, d]: linear interpolation along the sequence, token t at position t·(n − 1)/(length − 1), or in
 * the middle when length is 1. Equal lengths change nothing.
 */
export function resample(name: string, x: Tensor, length: number): Tensor {
  const { b, n, d } = bindShape(name, x, ["b", "n", "d"]);
  if (!Number.isSafeInteger(length) || length < 1) {
    throw new ArgumentError(`alignment.length: ${length} is not one of 1, 2, 3, …`);
  }
  if (n === 0) {
    throw new ShapeError(`${name}: shape ${showShape(x.shape)} does not fit: needs [b, n, d] with n ≥ 1 to resample`);
  }
  const source = toFloat64(x);
  const resampled = new Float64Array(b * length * d);
  for (let token = 0; token < length; token += 1) {
    const position = length === 1 ? (n - 1) / 2 : (token * (n - 1)) / (length - 1);
    const before = Math.floor(position);
    const fraction = position - before;
    for (let batch = 0; batch < b; batch += 1) {
      const left = (batch * n + before) * d;
      const target = (batch * length + token) * d;
      for (let column = 0; column < d; column += 1) {
        const value = source[left + column]!;
        resampled[target + column] =
          fraction === 0 ? value : (1 - fraction) * value + fraction * source[left + d + column]!;
      }
    }
  }
  return fromNumbers([b, length, d], resampled, x.dtype);
}

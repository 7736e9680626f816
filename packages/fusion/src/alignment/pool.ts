import { bindShape, fromNumbers, ShapeError, showShape, type Tensor, toFloat64 } from "@xattn/core";

/** [b, n, d] → [b, 1, d]: the mean or the maximum over tokens, in float64 before it is rounded. */
export function pool(name: string, x: Tensor, by: "mean" | "max"): Tensor {
  const { b, n, d } = bindShape(name, x, ["b", "n", "d"]);
  if (n === 0) {
    throw new ShapeError(`${name}: shape ${showShape(x.shape)} does not fit: needs [b, n, d] with n ≥ 1 to pool`);
  }
  const source = toFloat64(x);
  const pooled = new Float64Array(b * d);
  for (let batch = 0; batch < b; batch += 1) {
    for (let column = 0; column < d; column += 1) {
      const start = batch * n * d + column;
      let result = source[start]!;
      for (let token = 1; token < n; token += 1) {
        const value = source[start + token * d]!;
        result = by === "mean" ? result + value : Math.max(result, value);
      }
      pooled[batch * d + column] = by === "mean" ? result / n : result;
    }
  }
  return fromNumbers([b, 1, d], pooled, x.dtype);
}

import { keyHeadOf } from "../../problem/sizes.ts";
import { toFloat64 } from "../../tensor/convert.ts";
import { zeros } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/**
 * weights·V in float64: [b, h, n, m] and [b, g, m, e] to [b, h, n, e]. A value whose weight is exactly 0 is not read.
 * The caller has checked the shapes.
 */
export function weightedValues(weights: Tensor<"float64">, value: Tensor): Tensor<"float64"> {
  const [b, h, n, m] = weights.shape as readonly [number, number, number, number];
  const [, g, , e] = value.shape as readonly [number, number, number, number];
  const values = toFloat64(value);
  const output = zeros([b, h, n, e], "float64");
  for (let row = 0; row < b * h * n; row += 1) {
    const batch = Math.floor(row / (h * n));
    const head = keyHeadOf(Math.floor(row / n) % h, { heads: h, keyHeads: g });
    const firstValue = (batch * g + head) * m * e;
    for (let j = 0; j < m; j += 1) {
      const weight = weights.data[row * m + j]!;
      if (weight === 0) continue;
      const from = firstValue + j * e;
      for (let column = 0; column < e; column += 1) output.data[row * e + column]! += weight * values[from + column]!;
    }
  }
  return output;
}

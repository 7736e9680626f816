import { keyHeadOf } from "../problem/sizes.ts";
import type { Numbers } from "./case.ts";

/** Σⱼ weights[b, h, i, j]·value[b, g(h), j], for weights that need not sum to 1; a weight of 0 reads no value. */
export function weightedValues(weights: Numbers, value: Numbers): Numbers {
  const [batch, heads, n, m] = weights.dims as readonly [number, number, number, number];
  const [, keyHeads, , e] = value.dims as readonly [number, number, number, number];
  const data = new Float64Array(batch * heads * n * e);
  for (let row = 0; row < batch * heads * n; row += 1) {
    const matrix = Math.floor(row / n);
    const keyMatrix = Math.floor(matrix / heads) * keyHeads + keyHeadOf(matrix % heads, { heads, keyHeads });
    for (let j = 0; j < m; j += 1) {
      const weight = weights.data[row * m + j]!;
      if (weight === 0) continue;
      for (let c = 0; c < e; c += 1) data[row * e + c]! += weight * value.data[(keyMatrix * m + j) * e + c]!;
    }
  }
  return { type: value.type, dims: [batch, heads, n, e], data };
}

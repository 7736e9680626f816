import type { AttentionMap } from "../explained/explained.ts";
import { type LayerOptions, layerMatrix } from "./layers.ts";

/**
 * Attention rollout: how much each position behind the last layer is made of each input position, when all that flows
 * is what attention and residual connections pass on: Ãₗ = Aₗ·Ãₗ₋₁ (Abnar and Zuidema 2020, equation 1).
 *
 * @param layers self-attention over the same n positions, from the input on; at least one
 * @returns [n, n], rows that sum to 1
 * @throws ShapeError for layers of different sizes, ArgumentError for a residual outside [0, 1)
 */
export function attentionRollout(
  layers: readonly [AttentionMap, ...AttentionMap[]],
  options: LayerOptions = {},
): Float64Array {
  const n = layers[0].queries;
  const [first, ...rest] = layers.map((layer) => layerMatrix(layer, n, options));
  return rest.reduce((below, layer) => product(layer, below, n), first!);
}

function product(left: Float64Array, right: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let row = 0; row < n; row += 1) {
    for (let inner = 0; inner < n; inner += 1) {
      const factor = left[row * n + inner]!;
      for (let column = 0; column < n; column += 1) result[row * n + column]! += factor * right[inner * n + column]!;
    }
  }
  return result;
}

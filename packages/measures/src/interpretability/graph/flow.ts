import type { AttentionMap } from "../explained/explained.ts";
import { type LayerOptions, layerMatrix } from "./layers.ts";
import { type Edge, maximumFlow } from "./max-flow.ts";

/**
 * Attention flow: the maximum flow from each position behind the last layer to each input position, through a network
 * in which weights, averaged over heads and with the residual connection, are capacities (Abnar and Zuidema 2020,
 * section 3). A position's flows to different inputs are found one by one and do not sum to 1.
 *
 * @param layers self-attention over the same n positions, from the input on; at least one
 * @returns [n, n], each from 0 to 1
 * @throws ShapeError for layers of different sizes, ArgumentError for a residual outside [0, 1)
 */
export function attentionFlow(
  layers: readonly [AttentionMap, ...AttentionMap[]],
  options: LayerOptions = {},
): Float64Array {
  const n = layers[0].queries;
  const edges = layers.flatMap((layer, depth) => edgesOf(layerMatrix(layer, n, options), n, depth));
  const top = layers.length * n;
  return Float64Array.from({ length: n * n }, (_, index) =>
    maximumFlow(top + n, edges, top + Math.floor(index / n), index % n),
  );
}

/** Node l·n + i is position i below layer l; every query has an edge to the positions that it attends to. */
function edgesOf(matrix: Float64Array, n: number, depth: number): Edge[] {
  return Array.from(matrix, (capacity, index) => ({
    from: (depth + 1) * n + Math.floor(index / n),
    to: depth * n + (index % n),
    capacity,
  })).filter(({ capacity }) => capacity > 0);
}

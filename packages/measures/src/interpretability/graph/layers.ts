import { ArgumentError, ShapeError } from "@xattn/core";
import { meanOf, rowsOf } from "../explained/attention-map.ts";
import type { AttentionMap } from "../explained/explained.ts";

export interface LayerOptions {
  /**
   * The share of the residual connection, from 0 to below 1, as A = (1 − r)·W + r·I; ½ when absent, since both are added
   * and the rows are to sum to 1 (Abnar and Zuidema 2020, section 3).
   */
  readonly residual?: number;
}

/**
 * A layer's weights over all heads with the residual connection: heads are averaged, (1 − r)·W + r·I, and rows are
 * scaled to sum to 1. [n, n], row-major.
 *
 * @throws ShapeError for a layer that is not self-attention of n positions
 * @throws ArgumentError for a share of the residual outside [0, 1)
 */
export function layerMatrix(map: AttentionMap, positions: number, { residual = 0.5 }: LayerOptions = {}): Float64Array {
  if (map.queries !== positions || map.items !== positions) {
    throw new ShapeError(`layers: one has ${map.queries} × ${map.items} weights; needs ${positions} × ${positions}`);
  }
  if (!(residual >= 0 && residual < 1)) throw new ArgumentError(`residual: ${residual} is not in [0, 1)`);
  const matrix = headMean(map).map((weight) => (1 - residual) * weight);
  for (let row = 0; row < positions; row += 1) {
    matrix[row * positions + row]! += residual;
    const values = matrix.subarray(row * positions, (row + 1) * positions);
    const sum = values.reduce((total, value) => total + value, 0);
    if (sum > 0) for (let at = 0; at < positions; at += 1) values[at]! /= sum;
  }
  return matrix;
}

/** The weights averaged over heads, [queries, items]. */
function headMean({ heads, queries, items, weights }: AttentionMap): Float64Array {
  return meanOf(rowsOf({ heads: 1, queries: heads, items: queries * items, weights }));
}

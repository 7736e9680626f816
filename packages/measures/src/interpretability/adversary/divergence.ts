import { jensenShannon } from "../../robustness/response/distributions.ts";
import { rowsOf } from "../explained/attention-map.ts";
import type { AttentionMap } from "../explained/explained.ts";
import { softmax, softmaxGradient } from "../explained/scores.ts";

/** The mean Jensen-Shannon divergence of the rows of two maps of one size, in nats, from 0 to ln 2. */
export function mapDivergence(map: AttentionMap, other: Float64Array): number {
  const rows = rowsOf(map);
  const others = rowsOf({ ...map, weights: other });
  return rows.reduce((sum, row, index) => sum + jensenShannon(row, others[index]!), 0) / rows.length;
}

/** The gradient of `mapDivergence` by the logits of the other map: ∂JSD/∂p = ½·ln(p/middle), through the softmax. */
export function divergenceGradient(map: AttentionMap, other: Float64Array): Float64Array {
  const rows = map.heads * map.queries;
  const byWeights = other.map((weight, index) => {
    const middle = (weight + map.weights[index]!) / 2;
    return weight > 0 ? Math.log(weight / middle) / (2 * rows) : 0;
  });
  return byLogits(map.items, other, byWeights);
}

/** The gradient by the logits of weights from that by the weights, row by row. */
export function byLogits(items: number, weights: Float64Array, gradient: Float64Array): Float64Array {
  return overRows(items, weights, (row, start) => softmaxGradient(row, gradient.subarray(start, start + items)));
}

export function weightsOf(items: number, logits: Float64Array): Float64Array {
  return overRows(items, logits, softmax);
}

function overRows(
  items: number,
  values: Float64Array,
  change: (row: Float64Array, start: number) => Float64Array,
): Float64Array {
  const result = new Float64Array(values.length);
  for (let start = 0; start < values.length; start += items) {
    result.set(change(values.subarray(start, start + items), start), start);
  }
  return result;
}

import type { Random } from "@xattn/core";
import type { AttentionMap } from "../explained/explained.ts";
import { weightsOf } from "./divergence.ts";

/** Random pairs of items that are tried for each start that is kept. */
const triesForStart = 8;
const halvings = 16;
const spread = 3;

/**
 * Where searches may begin, many more than are kept: near the model's own weights; with all weight on the item that had
 * least; from random distributions; and from two random items a row, mixed as suits the prediction best, since the
 * divergence is convex and its maxima are sparse.
 */
export function startsOf(
  map: AttentionMap,
  kept: number,
  outputChange: (weights: Float64Array) => number,
  random: Random,
): Float64Array[] {
  const { items, weights } = map;
  const rows = Array.from({ length: weights.length / items }, (_, row) =>
    weights.subarray(row * items, (row + 1) * items),
  );
  const near = weightsOf(
    items,
    weights.map((weight) => Math.log(weight + 1e-9) + 0.1 * random.normal()),
  );
  const least = rows.map((row) => row.indexOf(Math.min(...row)));
  const starts = [near, mixture(items, least, least, 1)];
  for (let start = 0; start < kept; start += 1) {
    starts.push(
      weightsOf(
        items,
        weights.map(() => spread * random.normal()),
      ),
    );
  }
  for (let pair = 0; pair < triesForStart * kept; pair += 1) {
    const first = rows.map(() => random.integer(0, items - 1));
    const second = rows.map(() => random.integer(0, items - 1));
    const share = leastAt((at) => outputChange(mixture(items, first, second, at)));
    starts.push(mixture(items, first, second, share));
  }
  return starts;
}

/** Row by row a share on one item and the rest on another. */
function mixture(items: number, first: readonly number[], second: readonly number[], share: number): Float64Array {
  const weights = new Float64Array(first.length * items);
  first.forEach((item, row) => {
    weights[row * items + item]! += share;
    weights[row * items + second[row]!]! += 1 - share;
  });
  return weights;
}

/** Where a function on [0, 1] is least, if it falls and then rises: by the golden section. */
function leastAt(of: (at: number) => number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [0, 1];
  let [left, right] = [1 - ratio, ratio];
  let [atLeft, atRight] = [of(left), of(right)];
  for (let halving = 0; halving < halvings; halving += 1) {
    if (atLeft <= atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - ratio * (high - low);
      atLeft = of(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + ratio * (high - low);
      atRight = of(right);
    }
  }
  return (low + high) / 2;
}

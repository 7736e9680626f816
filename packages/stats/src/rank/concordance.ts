/** Pair counts of two paired sample sets. */
export type Concordance = {
  /** Concordant minus discordant pairs. */
  readonly score: number;
  /** n(n − 1)/2. */
  readonly pairs: number;
  /** Pairs tied in x, and in y. */
  readonly tiedX: number;
  readonly tiedY: number;
};

/**
 * Counts concordant and discordant pairs in O(n log n): order by x (then y), and the discordant pairs are the exchanges
 * that a merge sort by y makes.
 * Source: Knight, "A computer method for calculating Kendall's tau with ungrouped data", JASA 61, 1966.
 */
export function concordance(x: ArrayLike<number>, y: ArrayLike<number>): Concordance {
  const count = x.length;
  const order = Array.from({ length: count }, (_, i) => i).sort(
    (i, j) => compare(x[i]!, x[j]!) || compare(y[i]!, y[j]!),
  );
  const xOrdered = Float64Array.from(order, (i) => x[i]!);
  const yOrdered = Float64Array.from(order, (i) => y[i]!);
  const pairs = (count * (count - 1)) / 2;
  const tiedX = tiedPairs(count, (i) => xOrdered[i] === xOrdered[i - 1]);
  const tiedBoth = tiedPairs(count, (i) => xOrdered[i] === xOrdered[i - 1] && yOrdered[i] === yOrdered[i - 1]);
  const discordant = sortCountingExchanges(yOrdered);
  const tiedY = tiedPairs(count, (i) => yOrdered[i] === yOrdered[i - 1]);
  return { score: pairs - tiedX - tiedY + tiedBoth - 2 * discordant, pairs, tiedX, tiedY };
}

/** Not a subtraction: ∞ − ∞ is not a number. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function tiedPairs(count: number, tiedToPrevious: (index: number) => boolean): number {
  let pairs = 0;
  let run = 0;
  for (let i = 1; i < count; i++) {
    run = tiedToPrevious(i) ? run + 1 : 0;
    pairs += run;
  }
  return pairs;
}

function sortCountingExchanges(values: Float64Array): number {
  const count = values.length;
  const merged = new Float64Array(count);
  let exchanges = 0;
  for (let width = 1; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count);
      const end = Math.min(start + 2 * width, count);
      let left = start;
      let right = middle;
      for (let at = start; at < end; at++) {
        if (left < middle && (right >= end || values[left]! <= values[right]!)) {
          merged[at] = values[left++]!;
        } else {
          merged[at] = values[right++]!;
          exchanges += middle - left;
        }
      }
    }
    values.set(merged);
  }
  return exchanges;
}

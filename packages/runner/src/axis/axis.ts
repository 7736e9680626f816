/**
 * Powers of two from 2^low to 2^high: `pow2(5, 7)` is 32, 64, 128.
 *
 * @throws RangeError unless low and high are integers with 0 ≤ low ≤ high ≤ 52
 */
export function pow2(low: number, high: number): number[] {
  if (!Number.isInteger(low) || !Number.isInteger(high) || low < 0 || high < low || high > 52) {
    throw new RangeError(`pow2(${low}, ${high}): needs integers with 0 <= low <= high <= 52`);
  }
  return Array.from({ length: high - low + 1 }, (_, index) => 2 ** (low + index));
}

/**
 * Numbers from `low` to `high`, both included, `step` apart: `range(1, 7, 2)` is 1, 3, 5, 7.
 *
 * @throws RangeError unless all are finite, step > 0, low ≤ high, and there are at most a million values
 */
export function range(low: number, high: number, step = 1): number[] {
  const count = Math.floor((high - low) / step + 1e-9) + 1;
  if (![low, high, step].every(Number.isFinite) || step <= 0 || high < low || count > 1e6) {
    throw new RangeError(`range(${low}, ${high}, ${step}): needs low <= high, step > 0 and at most a million values`);
  }
  return Array.from({ length: count }, (_, index) => low + index * step);
}

/**
 * `count` numbers from `low` to `high` with equal ratios: `logspace(1, 100, 3)` is 1, 10, 100.
 *
 * @throws RangeError unless 0 < low ≤ high, both finite, and count is an integer from 2 to a million
 */
export function logspace(low: number, high: number, count: number): number[] {
  if (!(low > 0) || !(high >= low) || !Number.isFinite(high) || !Number.isInteger(count) || count < 2 || count > 1e6) {
    throw new RangeError(`logspace(${low}, ${high}, ${count}): needs 0 < low <= high and a count from 2 to a million`);
  }
  return Array.from({ length: count }, (_, index) =>
    index === count - 1 ? high : Math.exp(Math.log(low) + (index * Math.log(high / low)) / (count - 1)),
  );
}

/** The generators that a command line may name. */
export const axisGenerators = { pow2, range, logspace } as const;

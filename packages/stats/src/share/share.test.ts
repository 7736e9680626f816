import fc from "fast-check";
import { expect, it } from "vitest";
import { countTrials } from "../../test/seeded.ts";
import { StatisticsError } from "../errors/statistics-error.ts";
import { shareInterval } from "./share-interval.ts";

const counts = fc.integer({ min: 1, max: 500 }).chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));

it("solves the score equation at both ends", () => {
  fc.assert(
    fc.property(counts, fc.double({ min: 0.5, max: 0.999, noNaN: true }), ([count, trials], confidence) => {
      const { estimate, low, high } = shareInterval(count, trials, confidence);
      expect(estimate).toBe(count / trials);
      expect(low).toBeLessThanOrEqual(estimate);
      expect(high).toBeGreaterThanOrEqual(estimate);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      const score = (p: number) => Math.abs(estimate - p) / Math.sqrt((p * (1 - p)) / trials);
      if (low > 0 && high < 1) expect(score(low)).toBeCloseTo(score(high), 6);
    }),
  );
});

it("mirrors when what happened is what did not, and narrows with more trials", () => {
  fc.assert(
    fc.property(counts, ([count, trials]) => {
      const there = shareInterval(count, trials);
      const back = shareInterval(trials - count, trials);
      expect(there.low).toBeCloseTo(1 - back.high, 12);
      const more = shareInterval(4 * count, 4 * trials);
      expect(more.high - more.low).toBeLessThan(there.high - there.low);
    }),
  );
});

it("matches a worked example and covers the truth", () => {
  // 2 of 40 at 95 %: z² = 3.8415, (2 + 1.9207 ± 1.96·√(1.9 + 0.9604)) / 43.8415.
  expect(shareInterval(2, 40).low).toBeCloseTo(0.01382, 4);
  expect(shareInterval(2, 40).high).toBeCloseTo(0.16504, 4);
  const covered = countTrials(400, (random) => {
    let count = 0;
    for (let trial = 0; trial < 40; trial += 1) if (random() < 0.1) count += 1;
    const { low, high } = shareInterval(count, 40);
    return low <= 0.1 && 0.1 <= high;
  });
  expect(covered).toBeGreaterThan(360);
});

it.each([
  [1, 0],
  [-1, 4],
  [5, 4],
  [0.5, 4],
])("rejects %s of %s", (count, trials) => {
  expect(() => shareInterval(count, trials)).toThrow(StatisticsError);
});

import { expect, test } from "vitest";
import { pairedDifferenceInterval, shareInterval } from "./intervals.ts";

test("Wilson's interval solves |share − p| = z·√(p·(1 − p) / trials)", () => {
  for (const [hits, trials] of [
    [3, 10],
    [0, 20],
    [500, 1000],
  ] as const) {
    for (const p of Object.values(shareInterval(hits, trials))) {
      expect((hits / trials - p) ** 2).toBeCloseTo((1.959963984540054 ** 2 * p * (1 - p)) / trials, 12);
    }
  }
  expect(shareInterval(10, 10).high).toBeCloseTo(1, 12);
});

test("trials that both hit do not widen a paired difference", () => {
  expect(pairedDifferenceInterval(0, 0, 100)).toEqual({ low: 0, high: 0 });
  const { low, high } = pairedDifferenceInterval(30, 10, 400);
  expect((low + high) / 2).toBeCloseTo(0.05, 12);
  expect((high - low) / 2).toBeCloseTo((1.96 * Math.sqrt(40 - 1)) / 400, 4);
});

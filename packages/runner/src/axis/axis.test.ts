import { expect, test } from "vitest";
import { logspace, pow2, range } from "./axis.ts";

test("pow2 includes both ends", () => {
  expect(pow2(5, 7)).toEqual([32, 64, 128]);
  expect(pow2(0, 0)).toEqual([1]);
});

test("range includes its end when a step lands on it, rounding aside", () => {
  expect(range(1, 7, 2)).toEqual([1, 3, 5, 7]);
  expect(range(0, 0.3, 0.1)).toHaveLength(4);
  expect(range(1, 6, 2)).toEqual([1, 3, 5]);
});

test("logspace has equal ratios and exact ends", () => {
  const values = logspace(1, 1000, 4);
  expect(values[0]).toBe(1);
  expect(values[3]).toBe(1000);
  expect(values[1]).toBeCloseTo(10, 10);
});

test.each([
  () => pow2(3, 1),
  () => pow2(0.5, 2),
  () => range(2, 1),
  () => range(0, 1, 0),
  () => range(0, 1e9),
  () => logspace(0, 1, 3),
  () => logspace(1, 2, 1),
])("refuses what makes no list: %#", (make) => {
  expect(make).toThrow(RangeError);
});

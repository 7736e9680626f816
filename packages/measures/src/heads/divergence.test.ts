import fc from "fast-check";
import { expect, test } from "vitest";
import { entropy, jensenShannon } from "./divergence.ts";

const distribution = fc
  .array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 })
  .map((parts) => parts.map((part) => part / parts.reduce((sum, other) => sum + other, 0)));

test("closed cases", () => {
  expect(entropy([1, 0, 0])).toBe(0);
  expect(entropy([0.25, 0.25, 0.25, 0.25])).toBe(2);
  expect(jensenShannon([1, 0], [0, 1])).toBe(1);
  expect(jensenShannon([0.5, 0.5], [1, 0])).toBeCloseTo(1.5 - 0.75 * Math.log2(3), 12);
});

test("is the mean Kullback-Leibler divergence to the middle, symmetric and at most one bit", () => {
  fc.assert(
    fc.property(distribution, distribution, (left, right) => {
      const toMiddle = (from: number[], other: number[]) =>
        from.reduce((sum, p, index) => sum + p * Math.log2((2 * p) / (p + other[index]!)), 0);
      const value = jensenShannon(left, right);
      expect(value).toBeCloseTo((toMiddle(left, right) + toMiddle(right, left)) / 2, 10);
      expect(jensenShannon(right, left)).toBeCloseTo(value, 12);
      expect(value).toBeLessThanOrEqual(1);
    }),
  );
});

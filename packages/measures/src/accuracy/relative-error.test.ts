import fc from "fast-check";
import { expect, test } from "vitest";
import { relativeError } from "./relative-error.ts";

test("is the ratio of Euclidean norms", () => {
  expect(relativeError([3, 4], [3, 0])).toBeCloseTo(4 / 3, 15);
  expect(relativeError([1, 2], [1, 2])).toBe(0);
});

test("falls back to the norm of the output where the reference is zero", () => {
  expect(relativeError([3, 4], [0, 0])).toBe(5);
  expect(relativeError([0, 0], [0, 0])).toBe(0);
});

test("does not change with a common scale", () => {
  const numbers = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(numbers, fc.double({ min: 0.1, max: 100, noNaN: true }), (expected, factor) => {
      fc.pre(expected.some((value) => Math.abs(value) > 1e-3));
      const actual = expected.map((value, index) => value + Math.sin(index));
      const scaled = relativeError(
        actual.map((value) => value * factor),
        expected.map((value) => value * factor),
      );
      expect(scaled).toBeCloseTo(relativeError(actual, expected), 8);
    }),
  );
});

test("NaN never passes, and lengths must agree", () => {
  expect(relativeError([Number.NaN], [1])).toBeNaN();
  expect(relativeError([1], [Number.NaN])).toBeNaN();
  expect(() => relativeError([1, 2], [1])).toThrow(/has 2 elements/);
});

import { seededRandom } from "@xattn/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { mapOf, matrix, product, scaled, transposed } from "./matrix.ts";
import { NotConvergedError, spectralNorm } from "./spectral-norm.ts";
import { singularValues } from "./testing/dense-svd.ts";

test("power iteration agrees with a dense singular value decomposition within 1e-6", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.integer(), (rows, columns, seed) => {
      const random = seededRandom(seed);
      const source = matrix(rows, columns, () => random.normal());
      const largest = singularValues(source)[0]!;
      expect(Math.abs(spectralNorm(mapOf(source), random) / largest - 1)).toBeLessThan(1e-6);
    }),
    { numRuns: 60 },
  );
});

test("a diagonal, a rank-one matrix and nothing at all have the norms that are written down", () => {
  const random = seededRandom(1);
  expect(spectralNorm(mapOf(matrix(3, 3, (i, j) => (i === j ? [2, -7, 5][i]! : 0))), random)).toBeCloseTo(7, 10);
  expect(spectralNorm(mapOf(matrix(2, 3, (i, j) => [3, 4][i]! * [1, 2, 2][j]!)), random)).toBeCloseTo(15, 10);
  expect(spectralNorm(mapOf(matrix(2, 2, () => 0)), random)).toBe(0);
});

test("the norm of AAᵀ is the square of that of A, and scales with its factor", () => {
  const random = seededRandom(2);
  const source = matrix(4, 6, () => random.normal());
  const norm = spectralNorm(mapOf(source), random);
  expect(spectralNorm(mapOf(product(source, transposed(source))), random)).toBeCloseTo(norm ** 2, 8);
  expect(spectralNorm(mapOf(scaled(source, -3)), random)).toBeCloseTo(3 * norm, 9);
});

test("a map that never settles is refused", () => {
  let calls = 0;
  const restless = {
    columns: 1,
    apply(x: Float64Array) {
      calls += 1;
      return x.map((value) => value * (1 + (calls % 2)));
    },
    applyTransposed: (y: Float64Array) => y,
  };
  expect(() => spectralNorm(restless, seededRandom(1))).toThrow(NotConvergedError);
});

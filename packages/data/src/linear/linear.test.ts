import { seededRandom } from "@xattn/core";
import { describe, expect, it } from "vitest";
import { solvePositiveDefinite } from "./solve.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

const n = 12;
const random = seededRandom(3);
const root = Float64Array.from({ length: n * n }, () => random.normal());
/** root · rootᵀ + I: symmetric and positive definite. */
const matrix = Float64Array.from({ length: n * n }, (_, at) => {
  const [i, j] = [Math.floor(at / n), at % n];
  let sum = i === j ? 1 : 0;
  for (let k = 0; k < n; k += 1) sum += root[i * n + k]! * root[j * n + k]!;
  return sum;
});
const times = (vector: Float64Array) =>
  Float64Array.from({ length: n }, (_, i) => vector.reduce((sum, value, j) => sum + matrix[i * n + j]! * value, 0));

describe("symmetricEigen", () => {
  it("finds vectors that the matrix only stretches, orthonormal, the largest first", () => {
    const { values, vectors } = symmetricEigen(matrix, n);
    vectors.forEach((vector, at) => {
      times(vector).forEach((value, k) => {
        expect(value).toBeCloseTo(values[at]! * vector[k]!, 8);
      });
      vectors.forEach((other, column) => {
        const product = vector.reduce((sum, value, k) => sum + value * other[k]!, 0);
        expect(product).toBeCloseTo(at === column ? 1 : 0, 9);
      });
      if (at > 0) expect(values[at]).toBeLessThanOrEqual(values[at - 1]!);
    });
  });
});

describe("solvePositiveDefinite", () => {
  it("solves for several right sides at once", () => {
    const wanted = Float64Array.from({ length: n * 2 }, () => random.normal());
    const sides = new Float64Array(n * 2);
    for (const column of [0, 1]) {
      const b = times(Float64Array.from({ length: n }, (_, i) => wanted[i * 2 + column]!));
      b.forEach((value, i) => {
        sides[i * 2 + column] = value;
      });
    }
    solvePositiveDefinite(matrix, sides, n, 2).forEach((value, at) => {
      expect(value).toBeCloseTo(wanted[at]!, 8);
    });
  });

  it("refuses a matrix that is not positive definite", () => {
    expect(() => solvePositiveDefinite(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1), 2, 1)).toThrow(
      /pivot 1 is -3/,
    );
  });
});

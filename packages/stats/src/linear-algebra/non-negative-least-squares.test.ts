import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { draw, gaussian, seeded } from "../../test/seeded.ts";
import { nonNegativeLeastSquares } from "./non-negative-least-squares.ts";

const residual = (columns: Float64Array[], target: Float64Array, x: Float64Array) =>
  target.map((value, i) => value - columns.reduce((sum, column, j) => sum + column[i]! * x[j]!, 0));
const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

describe("nonNegativeLeastSquares", () => {
  it("meets the Karush-Kuhn-Tucker conditions, which make it the optimum", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 5, max: 20 }), (seed, width, height) => {
        const normal = gaussian(seeded(seed));
        const columns = Array.from({ length: width }, () => Float64Array.from(draw(height, normal)));
        const target = Float64Array.from(draw(height, normal));
        const x = nonNegativeLeastSquares(columns, target);
        const rest = residual(columns, target, x);
        x.forEach((value, j) => {
          expect(value).toBeGreaterThanOrEqual(0);
          const slope = dot(columns[j]!, rest);
          expect(slope).toBeLessThan(1e-9);
          if (value > 0) expect(Math.abs(slope)).toBeLessThan(1e-9);
        });
      }),
    );
  });

  it("gives superfluous and negative columns exactly 0", () => {
    const a = Float64Array.of(1, 2, 3, 4);
    const b = Float64Array.of(1, 1, 1, 1);
    const target = Float64Array.of(2, 4, 6, 8);
    for (const useless of [b, new Float64Array(4), a.map((x) => -x)]) {
      const [zero, two] = nonNegativeLeastSquares([useless, a], target);
      expect(zero).toBe(0);
      expect(two).toBeCloseTo(2, 14);
    }
    expect([
      ...nonNegativeLeastSquares(
        [a],
        target.map((x) => -x),
      ),
    ]).toEqual([0]);
  });

  it("survives equal columns", () => {
    const a = Float64Array.of(1, 2, 3, 4);
    const x = nonNegativeLeastSquares([a, a], Float64Array.of(2, 4, 6, 8));
    expect(x[0]! + x[1]!).toBeCloseTo(2, 12);
  });
});

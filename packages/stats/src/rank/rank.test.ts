import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { draw, seeded } from "../../test/seeded.ts";
import { StatisticsError } from "../errors/statistics-error.ts";
import { kendallTau } from "./kendall-tau.ts";
import { midranks } from "./midranks.ts";
import { spearmanRho } from "./spearman-rho.ts";

const pairs = fc.array(fc.tuple(fc.integer({ min: -6, max: 6 }), fc.integer({ min: -6, max: 6 })), {
  minLength: 2,
  maxLength: 40,
});

function tauByPairs(x: readonly number[], y: readonly number[]): number {
  let score = 0;
  let untiedX = 0;
  let untiedY = 0;
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const signX = Math.sign(x[i]! - x[j]!);
      const signY = Math.sign(y[i]! - y[j]!);
      score += signX * signY;
      untiedX += Math.abs(signX);
      untiedY += Math.abs(signY);
    }
  }
  return score / Math.sqrt(untiedX * untiedY);
}

describe("kendallTau", () => {
  it("equals the count over all pairs, with ties", () => {
    fc.assert(
      fc.property(pairs, (points) => {
        const x = points.map(([a]) => a);
        const y = points.map(([, b]) => b);
        const expected = tauByPairs(x, y);
        if (Number.isNaN(expected)) expect(kendallTau(x, y)).toBeNaN();
        else expect(kendallTau(x, y)).toBeCloseTo(expected, 12);
      }),
    );
  });

  it("matches a worked example with ties", () => {
    // C = 2, D = 6, two pairs tied in x and one in y, of ten: −4/√(8 · 9).
    const x = [12, 2, 1, 12, 2];
    const y = [1, 4, 7, 1, 0];
    expect(kendallTau(x, y)).toBeCloseTo(-4 / Math.sqrt(72), 12);
  });

  it("handles long input, in agreement with the count over pairs", () => {
    const random = seeded(1);
    const x = draw(1500, random);
    const y = x.map((value) => value + random());
    expect(kendallTau(x, y)).toBeCloseTo(tauByPairs(x, y), 12);
  });
});

describe("both correlations", () => {
  it("are ±1 on monotone data, symmetric, odd, and unmoved by reordering pairs", () => {
    for (const correlation of [kendallTau, spearmanRho]) {
      expect(correlation([1, 2, 3, 4], [1, 10, 100, 1000])).toBeCloseTo(1, 14);
      expect(correlation([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1, 14);
      fc.assert(
        fc.property(pairs, (points) => {
          const x = points.map(([a]) => a);
          const y = points.map(([, b]) => b);
          fc.pre(new Set(x).size > 1 && new Set(y).size > 1);
          const found = correlation(x, y);
          expect(Math.abs(found)).toBeLessThanOrEqual(1);
          expect(correlation(y, x)).toBeCloseTo(found, 12);
          expect(
            correlation(
              x,
              y.map((value) => -value),
            ),
          ).toBeCloseTo(-found, 12);
          expect(correlation(x.map(Math.exp), y)).toBeCloseTo(found, 12);
          expect(correlation([...x].reverse(), [...y].reverse())).toBeCloseTo(found, 12);
        }),
      );
    }
  });

  it("rank infinities, and give NaN for constant input", () => {
    for (const correlation of [kendallTau, spearmanRho]) {
      const infinity = Number.POSITIVE_INFINITY;
      expect(correlation([-infinity, 0, infinity], [-infinity, 1, 5])).toBeCloseTo(1, 14);
      expect(correlation([1, 1, 1], [1, 2, 3])).toBeNaN();
    }
  });

  it("reject NaN, unequal lengths and single pairs", () => {
    for (const correlation of [kendallTau, spearmanRho]) {
      expect(() => correlation([1, Number.NaN], [1, 2])).toThrow(StatisticsError);
      expect(() => correlation([1, 2, 3], [1, 2])).toThrow(/equal lengths/);
      expect(() => correlation([1], [1])).toThrow(/at least 2/);
    }
  });
});

describe("spearmanRho", () => {
  it("is 1 − 6Σd²/n(n² − 1) without ties", () => {
    const x = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
    const y = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];
    expect(spearmanRho(x, y)).toBeCloseTo(1 - (6 * 194) / 990, 12);
  });

  it("gives ties the mean of their ranks", () => {
    expect(midranks([10, 20, 10, 5, 20, 20])).toEqual([2.5, 5, 2.5, 1, 5, 5]);
  });
});

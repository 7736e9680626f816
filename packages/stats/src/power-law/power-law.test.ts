import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grid, powerLawValues } from "../../test/grid.ts";
import { gaussian, seeded } from "../../test/seeded.ts";
import { FitError, type FitErrorReason } from "../errors/fit-error.ts";
import { StatisticsError } from "../errors/statistics-error.ts";
import { fitPowerLaw } from "./fit-power-law.ts";

const cube = grid({ n: [32, 64, 128, 256, 512], m: [16, 64, 256], d: [32, 64] });
const line = { n: [1, 2, 4, 8, 16, 32, 64] };
const point = (value: number) => ({ estimate: value, low: value, high: value });

describe("fitPowerLaw on exact data", () => {
  it("returns the integers of a cost model as they are", () => {
    const values = cube.n!.map((n, i) => 2 * n * cube.m![i]! * cube.d![i]!);
    const fit = fitPowerLaw({ values, factors: cube, random: seeded(1) });
    expect(fit.exponents).toEqual({ n: point(1), m: point(1), d: point(1) });
    expect(fit.coefficient).toEqual(point(2));
    expect(fit.intercept).toEqual(point(0));
    expect(fit.relativeError).toBeLessThan(1e-14);
    expect(fit.points).toBe(30);
  });

  it("separates an intercept of any size from the power term", () => {
    for (const intercept of [3, 1000, 1e6]) {
      const values = cube.n!.map((n, i) => intercept + 0.5 * n * n * cube.m![i]!);
      const fit = fitPowerLaw({ values, factors: cube, random: seeded(1) });
      expect(fit.exponents).toEqual({ n: point(2), m: point(1), d: point(0) });
      expect(fit.coefficient).toEqual(point(0.5));
      expect(fit.intercept).toEqual(point(intercept));
    }
  });

  it("finds a faint power term beside a large intercept", () => {
    const n = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
    for (const [exponent, intercept] of [
      [-0.168, 13.9],
      [0.15, 30],
      [-1, 500],
      [1, 1e5],
    ] as const) {
      const fit = fitPowerLaw({ values: n.map((x) => intercept + x ** exponent), factors: { n }, random: seeded(1) });
      expect(fit.exponents.n!.estimate).toBeCloseTo(exponent, 7);
    }
  });

  it("gives constant data exponents 0 and no intercept", () => {
    const fit = fitPowerLaw({ values: cube.n!.map(() => 5), factors: cube, random: seeded(1) });
    expect(fit.exponents).toEqual({ n: point(0), m: point(0), d: point(0) });
    expect(fit.coefficient).toEqual(point(5));
    expect(fit.intercept).toEqual(point(0));
  });

  it("finds any exponents to 1e-9, with and without intercept", () => {
    const exponent = fc.double({ min: -3, max: 3, noNaN: true }).filter((e) => Math.abs(e) > 0.2);
    fc.assert(
      fc.property(
        exponent,
        exponent,
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.constantFrom(0, 0.5, 10),
        (a, b, coefficient, share) => {
          const factors = { n: cube.n!, m: cube.m! };
          const pure = powerLawValues(factors, { intercept: 0, coefficient, exponents: { n: a, m: b } });
          const intercept = share * Math.min(...pure);
          const values = pure.map((y) => y + intercept);
          const fit = fitPowerLaw({ values, factors, random: seeded(1) });
          for (const [name, truth] of [
            ["n", a],
            ["m", b],
          ] as const) {
            const { estimate, low, high } = fit.exponents[name]!;
            expect(Math.abs(estimate - truth)).toBeLessThan(1e-9);
            expect(high - low).toBeLessThan(1e-9);
          }
          expect(Math.abs(fit.coefficient.estimate / coefficient - 1)).toBeLessThan(1e-8);
          expect(Math.abs(fit.intercept.estimate - intercept)).toBeLessThan(1e-8 * values[0]!);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("keeps decimals that are not short", () => {
    const values = line.n.map((n) => Math.PI * n ** (1 / 3));
    const fit = fitPowerLaw({ values, factors: line, random: seeded(1) });
    expect(fit.exponents.n!.estimate).toBeCloseTo(1 / 3, 12);
    expect(fit.coefficient.estimate).toBeCloseTo(Math.PI, 12);
  });
});

describe("fitPowerLaw on noisy data", () => {
  const noisy = (seed: number, noise: number, intercept: number) => {
    const normal = gaussian(seeded(seed));
    const exact = powerLawValues(cube, { intercept, coefficient: 1e-6, exponents: { n: 1, m: 1, d: 1 } });
    return exact.map((y) => y * Math.exp(noise * normal()));
  };

  it("orders every interval around its estimate and keeps the intercept >= 0", () => {
    for (let seed = 0; seed < 8; seed++) {
      const fit = fitPowerLaw({ values: noisy(seed, 0.2, 0.02), factors: cube, random: seeded(seed), resamples: 40 });
      for (const { estimate, low, high } of [...Object.values(fit.exponents), fit.coefficient, fit.intercept]) {
        expect(low).toBeLessThan(estimate === 0 ? 1e-300 : estimate);
        expect(high).toBeGreaterThan(estimate);
      }
      expect(fit.intercept.low).toBeGreaterThanOrEqual(0);
      expect(fit.relativeError).toBeGreaterThan(0.1);
      expect(fit.relativeError).toBeLessThan(0.3);
    }
  });

  it("changes with units only where a unit stands, and not with the order of points or factors", () => {
    const values = noisy(3, 0.05, 0.02);
    const options = () => ({ random: seeded(5), resamples: 40 });
    const plain = fitPowerLaw({ values, factors: cube, ...options() });
    const scaled = fitPowerLaw({ values: values.map((y) => 1024 * y), factors: cube, ...options() });
    expect(scaled.exponents.n!.estimate).toBeCloseTo(plain.exponents.n!.estimate, 5);
    expect(scaled.intercept.estimate / plain.intercept.estimate).toBeCloseTo(1024, 0);
    expect(scaled.coefficient.estimate / plain.coefficient.estimate / 1024).toBeCloseTo(1, 4);
    const backwards = { d: cube.d!.toReversed(), n: cube.n!.toReversed(), m: cube.m!.toReversed() };
    const reversed = fitPowerLaw({ values: values.toReversed(), factors: backwards, ...options() });
    expect(reversed.exponents.m!.estimate).toBeCloseTo(plain.exponents.m!.estimate, 5);
    const milli = fitPowerLaw({ values, factors: { ...cube, n: cube.n!.map((n) => n / 1000) }, ...options() });
    expect(milli.exponents.n!.estimate).toBeCloseTo(plain.exponents.n!.estimate, 5);
  });

  it("meets the pure law where the intercept ends on its bound", () => {
    let onBound = 0;
    for (let seed = 0; seed < 12; seed++) {
      const values = noisy(seed, 0.1, 0);
      const bounded = fitPowerLaw({ values, factors: cube, random: seeded(1), resamples: 20 });
      if (bounded.intercept.estimate > 0) continue;
      onBound++;
      const pure = fitPowerLaw({ values, factors: cube, random: seeded(1), resamples: 20, intercept: false });
      expect(bounded.exponents.n!.estimate).toBeCloseTo(pure.exponents.n!.estimate, 6);
      expect(bounded.exponents.d!.estimate).toBeCloseTo(pure.exponents.d!.estimate, 6);
    }
    expect(onBound).toBeGreaterThan(2);
  });

  it("repeats with its seed and widens with confidence", () => {
    const values = noisy(4, 0.05, 0.02);
    const run = (confidence: number) =>
      fitPowerLaw({ values, factors: cube, random: seeded(1), confidence, resamples: 100 });
    expect(run(0.9)).toEqual(run(0.9));
    const width = (confidence: number) => run(confidence).exponents.n!.high - run(confidence).exponents.n!.low;
    expect(width(0.8)).toBeLessThan(width(0.95));
    expect(width(0.95)).toBeLessThan(width(0.99));
  });

  it("needs no resampling from 5,000 points on, and covers as often as it says", () => {
    const noise = gaussian(seeded(5));
    const fitOf = (points: number) => {
      const n = Array.from({ length: points }, (_, index) => 1 + (index % 100));
      const values = n.map((x) => (3 + 2 * x ** 1.3) * Math.exp(0.05 * noise()));
      return fitPowerLaw({ values, factors: { n }, random: seeded(1), resamples: 40 }).exponents.n!;
    };
    const width = ({ low, high }: { low: number; high: number }) => high - low;
    const ratio = width(fitOf(4999)) / width(fitOf(5000));
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(1.4);
    const covered = Array.from({ length: 24 }, () => fitOf(5000)).filter(({ low, high }) => low <= 1.3 && 1.3 <= high);
    expect(covered.length).toBeGreaterThanOrEqual(19);
  });

  it("weighs small and large values alike", () => {
    // 2000 + 0.5 n with 5 % noise: absolute least squares would look at the largest values alone.
    const n = Array.from({ length: 12 }, (_, i) => 2 ** (4 + i));
    let close = 0;
    for (let seed = 0; seed < 20; seed++) {
      const normal = gaussian(seeded(seed));
      const values = n.map((x) => (2000 + 0.5 * x) * (1 + 0.01 * normal()));
      const fit = fitPowerLaw({ values, factors: { n }, random: seeded(1), resamples: 20 });
      if (Math.abs(fit.intercept.estimate / 2000 - 1) < 0.05 && Math.abs(fit.exponents.n!.estimate - 1) < 0.1) close++;
    }
    expect(close).toBeGreaterThanOrEqual(17);
  });

  it("admits that noise without trend determines no exponent, unless the intercept is excluded", () => {
    const normal = gaussian(seeded(3));
    const values = cube.n!.map(() => 5 * Math.exp(0.05 * normal()));
    const open = fitPowerLaw({ values, factors: cube, random: seeded(1), resamples: 40 });
    expect(open.exponents.n!.high - open.exponents.n!.low).toBeGreaterThan(2);
    const pure = fitPowerLaw({ values, factors: cube, random: seeded(1), intercept: false });
    expect(pure.intercept).toEqual(point(0));
    expect(pure.exponents.n!.low).toBeLessThanOrEqual(0.01);
    expect(pure.exponents.n!.high).toBeGreaterThanOrEqual(-0.01);
    expect(pure.exponents.n!.high - pure.exponents.n!.low).toBeLessThan(0.1);
  });
});

describe("fitPowerLaw on bad input", () => {
  const reasonOf = (values: number[], factors: Record<string, number[]>): FitErrorReason | undefined => {
    try {
      fitPowerLaw({ values, factors, random: seeded(1) });
    } catch (error) {
      if (error instanceof FitError) return error.reason;
      throw error;
    }
    return undefined;
  };
  const ones = line.n.map((n) => n + 1);

  it("names its reason", () => {
    expect(reasonOf(ones, {})).toBe("no-factors");
    expect(reasonOf([1, 2, 3], { n: [1, 2, 3] })).toBe("too-few-points");
    expect(reasonOf([1, 2, 3, 5, 6], { n: [1, 1, 2, 2, 2] })).toBe("too-few-points");
    expect(reasonOf(ones, { n: line.n, m: line.n.map(() => 4) })).toBe("constant-factor");
    expect(reasonOf(ones, { n: line.n, m: line.n.map((n) => 3 * n ** 2) })).toBe("collinear-factors");
    expect(reasonOf([0, ...ones.slice(1)], line)).toBe("non-positive-value");
    expect(reasonOf([Number.NaN, ...ones.slice(1)], line)).toBe("non-positive-value");
    expect(reasonOf(ones, { n: line.n.map((n) => n - 1) })).toBe("non-positive-value");
    expect(reasonOf(ones, { n: [1, 2, 4] })).toBe("unequal-lengths");
    expect(reasonOf(ones, line)).toBeUndefined();
  });

  it("says what is wrong", () => {
    const factors = { n: line.n, m: line.n.map(() => 4) };
    expect(() => fitPowerLaw({ values: ones, factors, random: seeded(1) })).toThrow(/factors\.m is 4 everywhere/);
    expect(() => fitPowerLaw({ values: ones, factors: line, random: seeded(1), confidence: 0 })).toThrow(
      StatisticsError,
    );
    expect(() => fitPowerLaw({ values: ones, factors: line, random: seeded(1), resamples: 3 })).toThrow(
      StatisticsError,
    );
  });
});

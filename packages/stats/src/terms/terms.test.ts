import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grid } from "../../test/grid.ts";
import { gaussian, seeded } from "../../test/seeded.ts";
import { FitError, type FitErrorReason } from "../errors/fit-error.ts";
import { StatisticsError } from "../errors/statistics-error.ts";
import { correctedAkaike } from "./aicc.ts";
import { fitTerms } from "./fit-terms.ts";

const cube = grid({ n: [32, 64, 128, 256, 512], m: [16, 64, 256], d: [32, 64] });
const term = (f: (n: number, m: number, d: number) => number) => cube.n!.map((n, i) => f(n, cube.m![i]!, cube.d![i]!));
const nmd = term((n, m, d) => n * m * d);
const nm = term((n, m) => n * m);
const nSquared = term((n) => n * n);

describe("fitTerms on exact data", () => {
  it("gives superfluous terms 0 and prefers fewer terms", () => {
    const values = term((n, m, d) => 2 * n * m * d + 5 * n * m + 3);
    const fits = fitTerms({
      values,
      candidates: { wide: { nmd, nm, n: cube.n!, nSquared }, right: { nmd, nm }, narrow: { nmd } },
      random: seeded(1),
    });
    expect(fits.map((fit) => fit.name)).toEqual(["right", "wide", "narrow"]);
    expect(fits.map((fit) => fit.tied)).toEqual([true, false, false]);
    const [right, wide] = fits;
    for (const fit of [right!, wide!]) {
      expect(fit.coefficients.nmd!.estimate).toBeCloseTo(2, 9);
      expect(fit.coefficients.nm!.estimate).toBeCloseTo(5, 9);
      expect(fit.coefficients["1"]!.estimate).toBeCloseTo(3, 7);
      expect(fit.relativeError).toBeLessThan(1e-13);
    }
    expect(wide!.coefficients.n!.estimate).toBe(0);
    expect(wide!.coefficients.nSquared).toEqual({ estimate: 0, low: 0, high: 0 });
    expect(fits.every((fit) => Number.isFinite(fit.aicc))).toBe(true);
  });

  it("recovers any non-negative coefficients", () => {
    const coefficient = fc.oneof(fc.constant(0), fc.double({ min: 0.1, max: 100, noNaN: true }));
    fc.assert(
      fc.property(coefficient, coefficient, fc.double({ min: 0.1, max: 100, noNaN: true }), (a, b, intercept) => {
        const values = nm.map((x, i) => a * x + b * nSquared[i]! + intercept);
        const [fit] = fitTerms({ values, candidates: { only: { nm, nSquared } }, random: seeded(1), resamples: 20 });
        expect(Math.abs(fit!.coefficients.nm!.estimate - a)).toBeLessThanOrEqual(1e-9 * (a + b + intercept));
        expect(Math.abs(fit!.coefficients.nSquared!.estimate - b)).toBeLessThanOrEqual(1e-9 * (a + b + intercept));
        expect(fit!.delta).toBe(0);
      }),
    );
  });

  it("knows the constant model", () => {
    const fits = fitTerms({ values: nm.map(() => 7), candidates: { linear: { nm }, constant: {} }, random: seeded(1) });
    expect(fits[0]).toMatchObject({ name: "constant", tied: true });
    expect(fits[0]!.coefficients["1"]!.estimate).toBeCloseTo(7, 12);
    expect(fits[1]!.coefficients.nm!.estimate).toBe(0);
  });
});

describe("fitTerms on noisy data", () => {
  const n = [16, 32, 64, 128, 256, 512, 1024, 2048];
  const linear = { n };
  const quadratic = { square: n.map((x) => x * x) };
  const both = { ...linear, ...quadratic };
  const noisy = (seed: number, noise: number) => {
    const normal = gaussian(seeded(seed));
    return n.map((x) => (50 + 3 * x) * Math.exp(noise * normal()));
  };

  it("finds the right model, ordered by AICc, with the tie set from the best", () => {
    let right = 0;
    for (let seed = 0; seed < 40; seed++) {
      const fits = fitTerms({
        values: noisy(seed, 0.05),
        candidates: { quadratic, linear, both },
        random: seeded(1),
        resamples: 20,
      });
      if (fits[0]!.name === "linear") right++;
      expect(fits.map((fit) => fit.delta)).toEqual(fits.map((fit) => fit.aicc - fits[0]!.aicc));
      expect(fits.map((fit) => fit.delta)).toEqual(fits.map((fit) => fit.delta).sort((a, b) => a - b));
      expect(fits.map((fit) => fit.tied)).toEqual(fits.map((fit) => fit.delta < 2));
      expect(fits.find((fit) => fit.name === "quadratic")!.tied).toBe(false);
    }
    expect(right).toBeGreaterThanOrEqual(36);
  });

  it("ties models that the data cannot tell apart", () => {
    const nearly = { almost: n.map((x) => x * (1 + 1e-4 * Math.log(x))) };
    const fits = fitTerms({ values: noisy(2, 0.05), candidates: { linear, nearly }, random: seeded(1), resamples: 20 });
    expect(fits.map((fit) => fit.tied)).toEqual([true, true]);
  });

  it("covers the coefficients and keeps them ordered and non-negative", () => {
    let slope = 0;
    let intercept = 0;
    for (let seed = 0; seed < 200; seed++) {
      const [fit] = fitTerms({
        values: noisy(seed, 0.05),
        candidates: { both: linear },
        random: seeded(seed),
        resamples: 200,
      });
      for (const { estimate, low, high } of Object.values(fit!.coefficients)) {
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(estimate);
        expect(high).toBeGreaterThanOrEqual(estimate);
      }
      if (fit!.coefficients.n!.low <= 3 && fit!.coefficients.n!.high >= 3) slope++;
      if (fit!.coefficients["1"]!.low <= 50 && fit!.coefficients["1"]!.high >= 50) intercept++;
    }
    for (const covered of [slope, intercept]) {
      expect(covered).toBeGreaterThanOrEqual(178);
      expect(covered).toBeLessThanOrEqual(199);
    }
  });

  it("counts intercept, terms and variance as parameters", () => {
    const [fit] = fitTerms({ values: noisy(1, 0.05), candidates: { linear }, random: seeded(1), resamples: 20 });
    expect(fit!.aicc).toBeCloseTo(correctedAkaike(fit!.relativeError ** 2 * n.length, n.length, 3), 10);
  });

  it("scales with the unit of the values", () => {
    const values = noisy(1, 0.05);
    const run = (scale: number) =>
      fitTerms({ values: values.map((y) => y * scale), candidates: { linear }, random: seeded(1), resamples: 40 })[0]!;
    expect(run(1024).coefficients.n!.estimate / run(1).coefficients.n!.estimate).toBeCloseTo(1024, 6);
    expect(run(1024).aicc).toBeCloseTo(run(1).aicc, 6);
  });
});

describe("correctedAkaike", () => {
  it("has its closed form and a floor at rounding level", () => {
    expect(correctedAkaike(10, 10, 2)).toBeCloseTo(4 + 12 / 7, 12);
    expect(correctedAkaike(0, 10, 2)).toBe(correctedAkaike(1e-28, 10, 2));
    expect(correctedAkaike(1, 10, 2)).toBeGreaterThan(correctedAkaike(0.5, 10, 2));
  });
});

describe("fitTerms on bad input", () => {
  const reasonOf = (
    values: number[],
    candidates: Record<string, Record<string, number[]>>,
  ): FitErrorReason | undefined => {
    try {
      fitTerms({ values, candidates, random: seeded(1), resamples: 20 });
    } catch (error) {
      if (error instanceof FitError) return error.reason;
      throw error;
    }
    return undefined;
  };
  const values = [1, 2, 3, 4, 6, 7];

  it("names its reason", () => {
    expect(reasonOf(values, {})).toBe("no-candidates");
    expect(reasonOf([0, ...values.slice(1)], { a: {} })).toBe("non-positive-value");
    expect(reasonOf(values, { a: { "1": values } })).toBe("reserved-name");
    expect(reasonOf(values, { a: { n: [1, 2] } })).toBe("unequal-lengths");
    expect(reasonOf(values, { a: { n: [-1, 2, 3, 4, 5, 6] } })).toBe("negative-term");
    expect(reasonOf(values, { a: { n: [0, 0, 0, 0, 0, 0] } })).toBe("negative-term");
    expect(reasonOf(values.slice(0, 4), { a: { n: [1, 2, 3, 4] } })).toBe("too-few-points");
    expect(reasonOf(values.slice(0, 5), { a: { n: [1, 2, 3, 4, 5] } })).toBeUndefined();
    expect(() => fitTerms({ values, candidates: { a: {} }, random: seeded(1), confidence: 2 })).toThrow(
      StatisticsError,
    );
  });
});

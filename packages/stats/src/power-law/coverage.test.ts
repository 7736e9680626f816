import { describe, expect, it } from "vitest";
import { grid, powerLawValues } from "../../test/grid.ts";
import { gaussian, seeded } from "../../test/seeded.ts";
import { fitPowerLaw } from "./fit-power-law.ts";

type Design = {
  readonly title: string;
  readonly factors: Record<string, number[]>;
  readonly exponents: Record<string, number>;
  /** Intercept over the smallest power term. */
  readonly interceptShare: number;
  readonly noise: number;
};

const sizes = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => 2 ** (from + i));

const designs: Design[] = [
  {
    title: "8 points, linear",
    factors: grid({ n: sizes(5, 12) }),
    exponents: { n: 1 },
    interceptShare: 1,
    noise: 0.03,
  },
  {
    title: "8 points, quadratic",
    factors: grid({ n: sizes(5, 12) }),
    exponents: { n: 2 },
    interceptShare: 5,
    noise: 0.1,
  },
  {
    title: "7 points, no intercept",
    factors: grid({ n: sizes(5, 11) }),
    exponents: { n: 1 },
    interceptShare: 0,
    noise: 0.1,
  },
  {
    title: "7 points, square root",
    factors: grid({ n: sizes(5, 11) }),
    exponents: { n: 0.5 },
    interceptShare: 1,
    noise: 0.1,
  },
  {
    title: "36 points, three factors",
    factors: grid({ n: sizes(5, 10), m: [16, 64, 256], d: [32, 64] }),
    exponents: { n: 1, m: 1, d: 1 },
    interceptShare: 1,
    noise: 0.1,
  },
  {
    title: "30 points, large intercept",
    factors: grid({ n: sizes(5, 9), m: [16, 64, 256], d: [32, 64] }),
    exponents: { n: 2, m: 1, d: 0.5 },
    interceptShare: 20,
    noise: 0.03,
  },
  {
    title: "30 points, no intercept",
    factors: grid({ n: sizes(5, 9), m: [16, 64, 256], d: [32, 64] }),
    exponents: { n: 1, m: 1, d: 1 },
    interceptShare: 0,
    noise: 0.05,
  },
];

const TRIALS = 200;

describe("coverage of the 95 % intervals over 200 seeded trials", () => {
  it.each(designs)("$title, noise $noise", ({ factors, exponents, interceptShare, noise }) => {
    const pure = powerLawValues(factors, { intercept: 0, coefficient: 1e-3, exponents });
    const intercept = interceptShare * Math.min(...pure);
    const covered = new Map(Object.keys(exponents).map((name) => [name, 0]));
    let coveredIntercept = 0;
    for (let trial = 0; trial < TRIALS; trial++) {
      const random = seeded(trial * 31 + 7);
      const normal = gaussian(random);
      const values = pure.map((y) => (intercept + y) * Math.exp(noise * normal()));
      const fit = fitPowerLaw({ values, factors, random, resamples: 60 });
      for (const [name, truth] of Object.entries(exponents)) {
        const { low, high } = fit.exponents[name]!;
        if (low <= truth && truth <= high) covered.set(name, covered.get(name)! + 1);
      }
      if (fit.intercept.low <= intercept && intercept <= fit.intercept.high) coveredIntercept++;
    }
    for (const count of covered.values()) {
      expect(count).toBeGreaterThanOrEqual(0.9 * TRIALS);
      expect(count).toBeLessThanOrEqual(0.99 * TRIALS);
    }
    expect(coveredIntercept).toBeGreaterThanOrEqual(0.88 * TRIALS);
  });
});

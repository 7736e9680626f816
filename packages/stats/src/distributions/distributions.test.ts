import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { draw, seeded } from "../../test/seeded.ts";
import { chiSquareUpperTail, gammaDeviate } from "./gamma.ts";
import { normalCdf, normalQuantile } from "./normal.ts";
import { standardNormal } from "./standard-normal.ts";
import { studentQuantile } from "./student.ts";

const relative = (found: number, expected: number) => Math.abs(found / expected - 1);

describe("normal", () => {
  it("matches tabulated values in the middle and far in the tails", () => {
    expect(normalCdf(0)).toBe(0.5);
    expect(relative(normalCdf(1.96), 0.9750021048517795)).toBeLessThan(1e-14);
    expect(relative(normalCdf(-8), 6.220960574271785e-16)).toBeLessThan(1e-13);
    expect(relative(normalQuantile(0.975), 1.959963984540054)).toBeLessThan(1e-14);
    expect(relative(normalQuantile(1e-10), -6.361340902404056)).toBeLessThan(1e-13);
    expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
  });

  it("inverts itself", () => {
    for (let p = 0.001; p < 1; p += 0.0217) expect(relative(normalCdf(normalQuantile(p)), p)).toBeLessThan(1e-13);
  });
});

describe("student", () => {
  it("matches tabulated quantiles", () => {
    const table = [
      [0.975, 1, 12.706204736174694],
      [0.975, 2, 4.302652729749462],
      [0.975, 5, 2.5705818356363146],
      [0.995, 3, 5.840909309733355],
      [0.975, 30, 2.0422724563012373],
    ] as const;
    for (const [p, nu, t] of table) {
      expect(relative(studentQuantile(p, nu), t)).toBeLessThan(1e-12);
      expect(studentQuantile(1 - p, nu)).toBeCloseTo(-t, 10);
    }
    expect(studentQuantile(0.5, 4)).toBeCloseTo(0, 12);
  });

  it("tends to the normal quantile", () => {
    expect(relative(studentQuantile(0.975, 100_000), normalQuantile(0.975))).toBeLessThan(2e-5);
  });
});

describe("chi-square and gamma", () => {
  it("is the exponential tail at two degrees of freedom", () => {
    for (const x of [0.1, 1, 3, 10, 60])
      expect(relative(chiSquareUpperTail(x, 2), Math.exp(-x / 2))).toBeLessThan(1e-13);
    expect(chiSquareUpperTail(0, 2)).toBe(1);
  });

  it("draws deviates with mean and variance equal to the shape", () => {
    for (const shape of [1, 2.5, 40]) {
      const random = seeded(shape * 10);
      const deviates = draw(40_000, () => gammaDeviate(shape, random));
      const mean = deviates.reduce((a, b) => a + b) / deviates.length;
      const variance = deviates.reduce((sum, x) => sum + (x - mean) ** 2, 0) / deviates.length;
      expect(relative(mean, shape)).toBeLessThan(0.02);
      expect(relative(variance, shape)).toBeLessThan(0.06);
    }
  });

  it("draws normal deviates whose distribution function is uniform", () => {
    const random = seeded(5);
    const levels = draw(20_000, () => normalCdf(standardNormal(random))).sort((a, b) => a - b);
    const distance = Math.max(...levels.map((p, i) => Math.abs(p - (i + 0.5) / levels.length)));
    expect(distance).toBeLessThan(1.63 / Math.sqrt(levels.length));
  });
});

describe("quantiles and distribution functions", () => {
  const probability = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });

  it("are inverse, mirror at the middle and rise", () => {
    fc.assert(
      fc.property(probability, probability, fc.integer({ min: 1, max: 200 }), (p, q, degrees) => {
        expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 10);
        expect(normalQuantile(1 - p)).toBeCloseTo(-normalQuantile(p), 5);
        expect(studentQuantile(1 - p, degrees) / -studentQuantile(p, degrees) || 1).toBeCloseTo(1, 5);
        if (p < q) {
          expect(normalQuantile(p)).toBeLessThanOrEqual(normalQuantile(q));
          expect(studentQuantile(p, degrees)).toBeLessThanOrEqual(studentQuantile(q, degrees));
        }
        if (p > 0.5) expect(studentQuantile(p, degrees)).toBeGreaterThanOrEqual(normalQuantile(p) - 1e-9);
      }),
    );
  });
});

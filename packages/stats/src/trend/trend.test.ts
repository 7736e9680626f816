import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { positiveSamples } from "../../test/arbitraries.ts";
import { countTrials, draw, gaussian, seeded } from "../../test/seeded.ts";
import { normalCdf } from "../distributions/normal.ts";
import { StatisticsError } from "../errors/statistics-error.ts";
import { hasSettled } from "./has-settled.ts";
import { steadyState } from "./steady-state.ts";

describe("steadyState", () => {
  it("keeps its level on independent samples, tied or not", () => {
    const alarms = (round: (x: number) => number) =>
      countTrials(400, (random) => {
        const normal = gaussian(random);
        return !steadyState(
          draw(40, () => round(10 + normal())),
          { level: 0.05, tolerance: 0 },
        ).steady;
      });
    for (const found of [alarms((x) => x), alarms(Math.round)]) {
      expect(found).toBeGreaterThanOrEqual(8);
      expect(found).toBeLessThanOrEqual(32);
    }
  });

  it("matches a worked example", () => {
    // Five rising samples: S = 10, variance 5·4·15/18, z = 9/√(50/3).
    const found = steadyState([1, 2, 3, 4, 5]);
    expect(found.tau).toBe(1);
    expect(found.relativeChange).toBe(4);
    expect(found.pValue).toBeCloseTo(0.0274863361, 8);
    // Two tied pairs: S = 8 and the variance falls by 2 · 2·1·9/18, to 44/3, so z = 7/√(44/3).
    expect(steadyState([1, 1, 2, 2, 3]).pValue).toBeCloseTo(2 * normalCdf(-7 / Math.sqrt(44 / 3)), 12);
  });

  it("finds a warm-up and a slow drift", () => {
    const normal = gaussian(seeded(1));
    const warmUp = draw(60, normal).map((noise, i) => 10 + 5 * Math.exp(-i / 10) + 0.1 * noise);
    expect(steadyState(warmUp).steady).toBe(false);
    expect(steadyState(warmUp).relativeChange).toBeLessThan(-0.05);
    const drift = draw(200, normal).map((noise, i) => 10 + 0.005 * i + 0.2 * noise);
    expect(steadyState(drift).steady).toBe(false);
    expect(steadyState(drift).tau).toBeGreaterThan(0.3);
  });

  it("ignores a drift below the tolerance, however significant", () => {
    const creeping = Array.from({ length: 300 }, (_, i) => 10 + 1e-5 * i);
    expect(steadyState(creeping)).toMatchObject({ steady: true, tau: 1 });
    expect(steadyState(creeping, { tolerance: 0 }).steady).toBe(false);
  });

  it("mirrors with time and does not change with the unit", () => {
    fc.assert(
      fc.property(positiveSamples(1, 40), fc.integer({ min: -9, max: 9 }), (samples, power) => {
        const found = steadyState(samples);
        expect(steadyState([...samples].reverse()).tau).toBe(found.tau === 0 ? 0 : -found.tau);
        expect(steadyState([...samples].reverse()).pValue).toBe(found.pValue);
        expect(steadyState(samples.map((x) => x * 2 ** power))).toEqual(found);
        expect(found.pValue).toBeGreaterThanOrEqual(0);
        expect(found.pValue).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("calls constant and tiny sets steady, and rejects bad input", () => {
    expect(steadyState([3, 3, 3, 3, 3])).toEqual({ steady: true, pValue: 1, tau: 0, relativeChange: 0 });
    expect(steadyState([1, 2, 3]).steady).toBe(true);
    expect(() => steadyState([])).toThrow(StatisticsError);
    expect(() => steadyState([1, Number.NaN])).toThrow(StatisticsError);
    expect(() => steadyState([1], { level: 2 })).toThrow(/level is 2/);
  });
});

describe("hasSettled", () => {
  it("waits while the median falls and ends once it stops", () => {
    const medians = [10, 8, 7, 6.5, 6.2, 6.19, 6.2, 6.21];
    expect(medians.map((_, i) => hasSettled(medians.slice(0, i + 1)))).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it("starts over after a late fall", () => {
    expect(hasSettled([5, 5, 5, 5, 3])).toBe(false);
    expect(hasSettled([5, 5, 5, 5, 3, 3, 3])).toBe(false);
    expect(hasSettled([5, 5, 5, 5, 3, 3, 3, 3])).toBe(true);
  });

  it("takes a slow fall for settled only within the tolerance", () => {
    const falling = [100, 99.9, 99.8, 99.7];
    expect(hasSettled(falling)).toBe(true);
    expect(hasSettled(falling, { tolerance: 0.001 })).toBe(false);
    expect(hasSettled(falling, { patience: 4 })).toBe(false);
  });

  it("counts rising medians as settled and needs more than `patience` of them", () => {
    fc.assert(
      fc.property(positiveSamples(0, 12), fc.integer({ min: 1, max: 4 }), (values, patience) => {
        const rising = [...values].sort((a, b) => a - b);
        expect(hasSettled(rising, { patience })).toBe(rising.length > patience);
        expect(
          hasSettled(
            rising.map((x) => x * 8),
            { patience },
          ),
        ).toBe(rising.length > patience);
      }),
    );
  });

  it("rejects bad input", () => {
    expect(() => hasSettled([1, Number.NaN])).toThrow(StatisticsError);
    expect(() => hasSettled([1], { patience: 0 })).toThrow(/patience is 0/);
    expect(() => hasSettled([1], { tolerance: Number.NaN })).toThrow(/tolerance is NaN/);
  });
});

import fc from "fast-check";
import { expect, it, describe as suite } from "vitest";
import { finiteSamples, shuffled } from "../../test/arbitraries.ts";
import { StatisticsError } from "../errors/statistics-error.ts";
import { describe } from "./describe.ts";
import { interquartileRange } from "./interquartile-range.ts";
import { median } from "./median.ts";
import { quantile } from "./quantile.ts";

suite("quantile", () => {
  it("interpolates between order statistics, as type 7 does", () => {
    // R: quantile(c(1, 2, 4, 8, 16), c(.1, .25, .5, .9))
    const samples = [16, 1, 8, 2, 4];
    expect([0.1, 0.25, 0.5, 0.9].map((p) => quantile(samples, p))).toEqual([1.4, 2, 4, 12.8]);
    expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75);
  });

  it("runs from minimum to maximum without decreasing", () => {
    fc.assert(
      fc.property(
        finiteSamples(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (samples, p, q) => {
          expect(quantile(samples, Math.min(p, q))).toBeLessThanOrEqual(quantile(samples, Math.max(p, q)));
          expect(quantile(samples, 0)).toBe(Math.min(...samples));
          expect(quantile(samples, 1)).toBe(Math.max(...samples));
        },
      ),
    );
  });

  it("rejects empty input, NaN, infinities and probabilities outside [0, 1]", () => {
    expect(() => quantile([], 0.5)).toThrow(StatisticsError);
    expect(() => quantile([1, Number.NaN], 0.5)).toThrow(/samples\[1\] is NaN/);
    expect(() => quantile([1, Number.POSITIVE_INFINITY], 0.5)).toThrow(StatisticsError);
    expect(() => quantile([1], 1.01)).toThrow(/probability is 1.01/);
    expect(() => quantile([1], Number.NaN)).toThrow(StatisticsError);
  });
});

suite("median and interquartileRange", () => {
  it("have their closed forms", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(interquartileRange([1, 2, 3, 4, 5])).toBe(2);
    expect(interquartileRange([7])).toBe(0);
  });

  it("do not change with order, and follow a change of unit", () => {
    fc.assert(
      fc.property(shuffled(finiteSamples()), fc.integer({ min: -20, max: 20 }), ([samples, other], power) => {
        // A power of two scales without rounding.
        const scale = 2 ** power;
        expect(median(other)).toBe(median(samples));
        expect(median(samples.map((x) => scale * x))).toBe(scale * median(samples));
        expect(median(samples.map((x) => -x)) + median(samples)).toBeCloseTo(0, 6);
        expect(interquartileRange(other)).toBe(interquartileRange(samples));
        expect(interquartileRange(samples.map((x) => scale * x))).toBe(scale * interquartileRange(samples));
      }),
    );
  });

  it("leave their input alone and take typed arrays", () => {
    const samples = [3, 1, 2];
    median(samples);
    expect(samples).toEqual([3, 1, 2]);
    expect(median(Float32Array.of(1, 5, 2))).toBe(2);
  });

  it("reject empty input and NaN", () => {
    for (const estimator of [median, interquartileRange, describe]) {
      expect(() => estimator([])).toThrow(StatisticsError);
      expect(() => estimator([Number.NaN])).toThrow(StatisticsError);
    }
  });
});

suite("describe", () => {
  it("summarizes by closed forms", () => {
    expect(describe([2, 4, 4, 4, 5, 5, 7, 9])).toMatchObject({
      count: 8,
      minimum: 2,
      lowerQuartile: 4,
      median: 4.5,
      upperQuartile: 5.5,
      maximum: 9,
      interquartileRange: 1.5,
      mean: 5,
    });
    expect(describe([2, 4, 4, 4, 5, 5, 7, 9]).standardDeviation).toBeCloseTo(Math.sqrt(32 / 7), 12);
    expect(describe([3]).standardDeviation).toBe(0);
  });

  it("keeps the five numbers in order", () => {
    fc.assert(
      fc.property(finiteSamples(), (samples) => {
        const d = describe(samples);
        const five = [d.minimum, d.lowerQuartile, d.median, d.upperQuartile, d.maximum];
        expect(five).toEqual([...five].sort((a, b) => a - b));
        expect(d.standardDeviation).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { finiteSamples, positiveSamples } from "../../test/arbitraries.ts";
import { countTrials, draw, gaussian, seeded } from "../../test/seeded.ts";
import { StatisticsError } from "../errors/statistics-error.ts";
import type { Interval } from "../interval.ts";
import { median } from "../summary/median.ts";
import { bootstrapInterval, type Statistic } from "./bootstrap-interval.ts";
import { medianInterval } from "./median-interval.ts";
import { pairedRatioInterval } from "./paired-ratio-interval.ts";

const mean: Statistic = (samples) => samples.reduce((sum, x) => sum + x, 0) / samples.length;
const variance: Statistic = (samples) => {
  const center = mean(samples);
  return samples.reduce((sum, x) => sum + (x - center) ** 2, 0) / (samples.length - 1);
};
const maximum: Statistic = (samples) => Math.max(...samples);
const covers = (interval: Interval, truth: number) => interval.low <= truth && truth <= interval.high;

describe("bootstrapInterval", () => {
  it("keeps low <= estimate <= high, for biased statistics too", () => {
    fc.assert(
      fc.property(
        finiteSamples(),
        fc.constantFrom(mean, median, maximum),
        fc.constantFrom("percentile" as const, "bca" as const),
        fc.nat(),
        (samples, statistic, method, seed) => {
          const interval = bootstrapInterval(samples, statistic, { random: seeded(seed), resamples: 60, method });
          expect(interval.estimate).toBe(statistic(samples));
          expect(interval.low).toBeLessThanOrEqual(interval.estimate);
          expect(interval.high).toBeGreaterThanOrEqual(interval.estimate);
        },
      ),
    );
  });

  it("follows a change of unit exactly, with the same random numbers", () => {
    fc.assert(
      fc.property(finiteSamples(), fc.integer({ min: -10, max: 10 }), (samples, power) => {
        const scale = 2 ** power;
        const options = () => ({ random: seeded(3), resamples: 40 });
        const plain = bootstrapInterval(samples, mean, options());
        const scaled = bootstrapInterval(
          samples.map((x) => x * scale),
          mean,
          options(),
        );
        expect(scaled.low).toBeCloseTo(plain.low * scale, 6);
        expect(scaled.high).toBeCloseTo(plain.high * scale, 6);
      }),
    );
  });

  it("is a point for constant samples and repeats with its seed", () => {
    expect(bootstrapInterval([4, 4, 4], mean, { random: seeded(1), method: "bca" })).toEqual({
      estimate: 4,
      low: 4,
      high: 4,
    });
    const samples = draw(30, seeded(9));
    const run = (seed: number) => bootstrapInterval(samples, mean, { random: seeded(seed) });
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  it("approaches the normal interval of a mean", () => {
    const samples = draw(400, gaussian(seeded(4)));
    const { estimate, low, high } = bootstrapInterval(samples, mean, { random: seeded(5), resamples: 4000 });
    const halfWidth = 1.96 * Math.sqrt(variance(samples) / samples.length);
    expect((high - estimate) / halfWidth).toBeCloseTo(1, 1);
    expect((estimate - low) / halfWidth).toBeCloseTo(1, 1);
  });

  it("narrows with a lower confidence", () => {
    const samples = draw(50, seeded(6));
    const width = (confidence: number) => {
      const { low, high } = bootstrapInterval(samples, mean, { random: seeded(7), confidence });
      return high - low;
    };
    expect(width(0.5)).toBeLessThan(width(0.9));
    expect(width(0.9)).toBeLessThan(width(0.99));
  });

  it("covers a mean, and BCa covers a skewed variance better than percentile does", () => {
    const trial = (method: "percentile" | "bca", statistic: Statistic, truth: number) =>
      countTrials(200, (random) => {
        const samples = draw(40, () => -Math.log(1 - random()));
        return covers(bootstrapInterval(samples, statistic, { random, resamples: 300, method }), truth);
      });
    expect(trial("percentile", mean, 1)).toBeGreaterThanOrEqual(178);
    expect(trial("bca", mean, 1)).toBeGreaterThanOrEqual(178);
    expect(trial("bca", variance, 1)).toBeGreaterThan(trial("percentile", variance, 1));
  });

  it("counts ties by half, so that BCa is symmetric for a symmetric coin", () => {
    const coin = [...Array(10).fill(0), ...Array(10).fill(1)];
    const { low, high } = bootstrapInterval(coin, mean, { random: seeded(1), resamples: 20_000, method: "bca" });
    expect(low + high).toBeCloseTo(1, 10);
  });

  it("rejects bad samples, options and statistics", () => {
    const random = seeded(1);
    expect(() => bootstrapInterval([], mean, { random })).toThrow(StatisticsError);
    expect(() => bootstrapInterval([Number.NaN], mean, { random })).toThrow(StatisticsError);
    expect(() => bootstrapInterval([1], mean, { random, confidence: 1 })).toThrow(/confidence is 1/);
    expect(() => bootstrapInterval([1], mean, { random, resamples: 19 })).toThrow(/resamples is 19/);
    expect(() => bootstrapInterval([1], () => Number.NaN, { random })).toThrow(/statistic returned NaN/);
  });
});

describe("medianInterval", () => {
  it("has the distribution of the ordinary bootstrap, for odd and even counts", () => {
    for (const count of [1, 2, 3, 7, 10, 25, 40]) {
      const samples = draw(count, gaussian(seeded(count)));
      for (const confidence of [0.6, 0.9]) {
        const fast = medianInterval(samples, { random: seeded(1), confidence, resamples: 20_000 });
        const slow = bootstrapInterval(samples, median, { random: seeded(2), confidence, resamples: 20_000 });
        const scale = Math.max(...samples) - Math.min(...samples) || 1;
        expect(fast.estimate).toBe(slow.estimate);
        expect(Math.abs(fast.low - slow.low) / scale).toBeLessThan(0.02);
        expect(Math.abs(fast.high - slow.high) / scale).toBeLessThan(0.02);
      }
    }
  });

  it("keeps its order and lies within the samples", () => {
    fc.assert(
      fc.property(finiteSamples(), fc.nat(), (samples, seed) => {
        const { estimate, low, high } = medianInterval(samples, { random: seeded(seed), resamples: 50 });
        expect(estimate).toBe(median(samples));
        expect(low).toBeLessThanOrEqual(estimate);
        expect(high).toBeGreaterThanOrEqual(estimate);
        expect(low).toBeGreaterThanOrEqual(Math.min(...samples));
        expect(high).toBeLessThanOrEqual(Math.max(...samples));
      }),
    );
  });

  it("covers the median of skewed samples", () => {
    const covered = countTrials(300, (random) => {
      const samples = draw(31, () => -Math.log(1 - random()));
      return covers(medianInterval(samples, { random, resamples: 500 }), Math.LN2);
    });
    expect(covered).toBeGreaterThanOrEqual(270);
    expect(covered).toBeLessThanOrEqual(297);
  });

  it("shrinks with the square root of the count", () => {
    const width = (count: number) => {
      const { low, high } = medianInterval(draw(count, gaussian(seeded(8))), { random: seeded(1), resamples: 2000 });
      return high - low;
    };
    expect(width(100) / width(10_000)).toBeGreaterThan(7);
    expect(width(100) / width(10_000)).toBeLessThan(14);
  });
});

describe("pairedRatioInterval", () => {
  it("recovers a ratio that shared noise would hide", () => {
    const random = seeded(11);
    const load = draw(40, () => 1 + 3 * random());
    const slow = load.map((shared) => 2 * shared * (1 + 0.01 * random()));
    const fast = load.map((shared) => shared * (1 + 0.01 * random()));
    const { estimate, low, high } = pairedRatioInterval(slow, fast, { random });
    expect(estimate).toBeCloseTo(2, 1);
    expect(high - low).toBeLessThan(0.03);
  });

  it("is the median of the ratios and ignores a unit common to both arms", () => {
    fc.assert(
      fc.property(positiveSamples(2, 20), fc.integer({ min: -8, max: 8 }), (values, power) => {
        const other = [...values].reverse();
        const scale = 2 ** power;
        const plain = pairedRatioInterval(values, other, { random: seeded(1), resamples: 40 });
        const scaled = pairedRatioInterval(
          values.map((x) => x * scale),
          other.map((x) => x * scale),
          { random: seeded(1), resamples: 40 },
        );
        expect(scaled).toEqual(plain);
        expect(plain.estimate).toBe(median(values.map((x, i) => x / other[i]!)));
      }),
    );
  });

  it("rejects unpaired rounds and denominators that are not positive", () => {
    const random = seeded(1);
    expect(() => pairedRatioInterval([1, 2], [1], { random })).toThrow(/equal lengths/);
    expect(() => pairedRatioInterval([1], [0], { random })).toThrow(/denominators\[0\] is 0/);
    expect(() => pairedRatioInterval([], [], { random })).toThrow(StatisticsError);
  });
});

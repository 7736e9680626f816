import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { positiveSamples } from "../../test/arbitraries.ts";
import { countTrials, draw, gaussian, seeded } from "../../test/seeded.ts";
import { StatisticsError } from "../errors/statistics-error.ts";
import { quantile } from "../summary/quantile.ts";
import { combineRatios } from "./combine-ratios.ts";
import type { LogRatio } from "./log-ratio.ts";
import { logRatioInterval } from "./log-ratio-interval.ts";
import { ratioOfQuantiles } from "./ratio-of-quantiles.ts";

const ratio = (estimate: number, standardError = 0.1, degreesOfFreedom = 5): LogRatio => ({
  estimate,
  standardError,
  degreesOfFreedom,
});

describe("ratioOfQuantiles", () => {
  const probability = fc.double({ min: 0.05, max: 0.95, noNaN: true });
  const logs = (samples: readonly number[]) => samples.map((sample) => Math.log(sample));

  it("is the log of the ratio, turns its sign when swapped and knows no unit", () => {
    fc.assert(
      fc.property(
        positiveSamples(3),
        positiveSamples(3),
        probability,
        fc.integer({ min: -9, max: 9 }),
        (before, after, p, power) => {
          const found = ratioOfQuantiles(before, after, p);
          expect(found.estimate).toBeCloseTo(quantile(logs(after), p) - quantile(logs(before), p), 9);
          const scale = (samples: number[]) => samples.map((x) => x * 2 ** power);
          const scaled = ratioOfQuantiles(scale(before), scale(after), p);
          expect(scaled.estimate).toBeCloseTo(found.estimate, 9);
          expect(scaled.standardError).toBeCloseTo(found.standardError, 9);
          expect(ratioOfQuantiles(after, before, p).estimate).toBeCloseTo(-found.estimate, 9);
          expect(found.degreesOfFreedom).toBeGreaterThanOrEqual(2);
        },
      ),
    );
  });

  it.each([0.25, 0.5])("covers the truth about as often as it says, at %s", (p) => {
    const covered = countTrials(400, (random) => {
      const normal = gaussian(random);
      const before = draw(24, () => Math.exp(0.05 * normal()));
      const after = draw(24, () => 1.1 * Math.exp(0.05 * normal()));
      const { low, high } = logRatioInterval(ratioOfQuantiles(before, after, p), 0.95);
      return low <= 1.1 && 1.1 <= high;
    });
    expect(covered).toBeGreaterThanOrEqual(375);
  });

  it("a low quantile does not see what half of the samples had to wait for", () => {
    const normal = gaussian(seeded(7));
    const work = () => Math.exp(0.01 * normal());
    const clean = draw(60, work);
    const interrupted = clean.map((_, index) => (index % 2 === 0 ? work() : work() + 5));
    expect(Math.abs(ratioOfQuantiles(clean, interrupted, 0.25).estimate)).toBeLessThan(0.03);
    expect(ratioOfQuantiles(clean, interrupted, 0.6).estimate).toBeGreaterThan(1);
  });

  it("widens when samples that follow one another are alike", () => {
    const normal = gaussian(seeded(3));
    let level = 0;
    const sticky = draw(96, () => {
      level = 0.95 * level + 0.01 * normal();
      return Math.exp(level);
    });
    const shuffled = sticky.map((_, index) => sticky[(index * 37) % 96]!);
    const of = (samples: number[]) => ratioOfQuantiles(samples, samples, 0.5).standardError;
    expect(of(sticky)).toBeGreaterThan(1.5 * of(shuffled));
  });

  it.each<[string, number[], number[], number, RegExp]>([
    ["too few", [1, 2], [1, 2, 3], 0.5, /before has 2/],
    ["not positive", [1, 2, 3], [1, 0, 3], 0.5, /after\[1\] is 0/],
    ["not finite", [1, 2, 3], [1, Number.NaN, 3], 0.5, /after/],
    ["no quantile", [1, 2, 3], [1, 2, 3], 1, /probability is 1/],
  ])("%s", (_, before, after, p, message) => {
    expect(() => ratioOfQuantiles(before, after, p)).toThrow(StatisticsError);
    expect(() => ratioOfQuantiles(before, after, p)).toThrow(message);
  });
});

describe("combineRatios", () => {
  const ratios = fc.array(
    fc
      .tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: 0, max: 0.5, noNaN: true }))
      .map(([estimate, error]) => ratio(estimate, error)),
    { minLength: 1, maxLength: 6 },
  );

  it("lies between its parts, turns its sign with them and knows no order", () => {
    fc.assert(
      fc.property(fc.array(ratios, { minLength: 1, maxLength: 6 }), (groups) => {
        const estimates = groups.flat().map(({ estimate }) => estimate);
        const found = combineRatios(groups);
        expect(found.estimate).toBeGreaterThanOrEqual(Math.min(...estimates) - 1e-9);
        expect(found.estimate).toBeLessThanOrEqual(Math.max(...estimates) + 1e-9);
        expect(found.standardError).toBeGreaterThan(0);
        expect(combineRatios([...groups].reverse()).standardError).toBeCloseTo(found.standardError, 9);
        const turned = groups.map((group) => group.map((part) => ({ ...part, estimate: -part.estimate })));
        expect(combineRatios(turned).estimate).toBeCloseTo(-found.estimate, 9);
      }),
    );
  });

  it("matches worked examples", () => {
    // One group: weights 100 and 25.
    const one = combineRatios([[ratio(0, 0.1, 4), ratio(0.5, 0.2, 5)]]);
    expect(one.estimate).toBeCloseTo(0.1, 12);
    expect(one.standardError).toBeCloseTo(Math.sqrt(1 / 125), 12);
    expect(one.degreesOfFreedom).toBe(9);
    // Equal errors of 0.1, Q = 50, τ² = (50 − 2) / (300 − 30000/300) = 0.24; the spread of −0.5, 0, 0.5 is 0.25.
    const three = combineRatios([[ratio(-0.5)], [ratio(0)], [ratio(0.5)]]);
    expect(three.estimate).toBeCloseTo(0, 12);
    expect(three.standardError).toBeCloseTo(Math.sqrt(0.25 / 3), 12);
    expect(three.degreesOfFreedom).toBe(2);
    // No spread: the errors of the parts stay.
    expect(combineRatios([[ratio(0)], [ratio(0)], [ratio(0)]]).standardError).toBeCloseTo(0.1 / Math.sqrt(3), 12);
  });

  it("a ratio that is badly known counts for little", () => {
    const good = [0.09, 0.1, 0.11, 0.1].map((estimate) => [ratio(estimate, 0.01)]);
    expect(combineRatios([...good, [ratio(3, 1)]]).estimate).toBeCloseTo(0.1, 2);
  });

  it("covers the mean about as often as it says when groups differ", () => {
    const covered = countTrials(300, (random) => {
      const normal = gaussian(random);
      const groups = draw(6, normal).map((shift) => [ratio(0.1 + 0.05 * shift + 0.02 * normal(), 0.02)]);
      const { low, high } = logRatioInterval(combineRatios(groups), 0.95);
      return low <= Math.exp(0.1) && Math.exp(0.1) <= high;
    });
    expect(covered).toBeGreaterThanOrEqual(275);
    expect(covered).toBeLessThan(300);
  });

  it("needs a ratio in each group", () => {
    expect(() => combineRatios([])).toThrow(StatisticsError);
    expect(() => combineRatios([[ratio(1)], []])).toThrow(StatisticsError);
  });
});

describe("logRatioInterval", () => {
  it("matches a worked example", () => {
    // t of 0.975 with 5 degrees of freedom is 2.570582.
    const { estimate, low, high } = logRatioInterval(ratio(0, 0.1, 5), 0.95, 0.02);
    expect(estimate).toBe(1);
    expect(high).toBeCloseTo(Math.exp(0.2570582 + 0.02), 6);
    expect(low).toBeCloseTo(1 / high, 12);
  });

  it("widens with confidence and allowance", () => {
    const level = fc.double({ min: 0.5, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(level, fc.double({ min: 0, max: 1, noNaN: true }), (confidence, allowance) => {
        const found = logRatioInterval(ratio(0.3), confidence, allowance);
        expect(found.high).toBeGreaterThanOrEqual(logRatioInterval(ratio(0.3), confidence).high);
        expect(found.high).toBeLessThan(logRatioInterval(ratio(0.3), confidence + 0.005, allowance).high);
        expect(found.low).toBeLessThan(found.estimate);
      }),
    );
  });

  it("rejects what is out of range", () => {
    expect(() => logRatioInterval(ratio(Number.NaN), 0.95)).toThrow(StatisticsError);
    expect(() => logRatioInterval(ratio(0, -1), 0.95)).toThrow(/standardError/);
    expect(() => logRatioInterval(ratio(0, 1, 0), 0.95)).toThrow(/degreesOfFreedom/);
    expect(() => logRatioInterval(ratio(0), 1)).toThrow(/confidence/);
    expect(() => logRatioInterval(ratio(0), 0.95, -1)).toThrow(/allowance/);
  });
});

import fc from "fast-check";
import { expect, it } from "vitest";
import { countTrials, draw, gaussian, seeded } from "../../test/seeded.ts";
import { StatisticsError } from "../errors/statistics-error.ts";
import { median } from "../summary/median.ts";
import { findSteps } from "./steps.ts";

const steps = (values: readonly number[], more = {}) => findSteps(values, { random: seeded(1), ...more });
const noisy = (levels: readonly number[], each: number, seed: number, noise = 0.01) => {
  const normal = gaussian(seeded(seed));
  return levels.flatMap((level) => draw(each, () => level * (1 + noise * normal())));
};

it("finds one step, and two, where they are", () => {
  expect(steps(noisy([1, 1.1], 10, 1)).map(({ index }) => index)).toEqual([10]);
  const found = steps(noisy([1, 1.2, 1.05], 12, 2));
  expect(found.map(({ index }) => index)).toEqual([12, 24]);
  expect(found[0]!.before).toBeCloseTo(1, 1);
  expect(found[0]!.after).toBeCloseTo(1.2, 1);
  expect(found[1]!.before).toBe(found[0]!.after);
  expect(found[1]!.after).toBeCloseTo(1.05, 1);
});

it("puts the step where the level changes, even when the value before it is the highest of its side", () => {
  const before = [1, 0.998, 0.993, 0.991, 0.99, 1.001, 0.994, 0.995, 0.983, 1.006];
  const after = [1.113, 1.099, 1.099, 1.092, 1.095, 1.092, 1.098, 1.103];
  expect(steps([...before, ...after]).map(({ index }) => index)).toEqual([10]);
});

it("calls a series without a step steady about as often as it says", () => {
  const alarms = countTrials(200, (random) => {
    const normal = gaussian(random);
    const values = draw(20, () => 1 + 0.05 * normal());
    return findSteps(values, { random, level: 0.05, tolerance: 0, permutations: 199 }).length > 0;
  });
  expect(alarms).toBeLessThanOrEqual(20);
});

it("one wild value is no step, and a step too small to matter is none", () => {
  const values = noisy([1], 20, 3);
  values[9] = 50;
  expect(steps(values)).toEqual([]);
  const small = noisy([1, 1.015], 20, 4, 0.001);
  expect(steps(small)).toEqual([]);
  expect(steps(small, { tolerance: 0.01 }).map(({ index }) => index)).toEqual([20]);
});

it("does not change with the unit, and mirrors with time", () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.integer({ min: 8, max: 14 }), fc.integer({ min: -9, max: 9 }), (seed, each, power) => {
      const values = noisy([1, 1.3], each, seed);
      const found = steps(values).map(({ index }) => index);
      expect(found).toContain(each);
      expect(steps(values.map((x) => x * 2 ** power)).map(({ index }) => index)).toEqual(found);
      expect(steps([...values].reverse()).map(({ index }) => index)).toContain(each);
    }),
    { numRuns: 15 },
  );
});

it("levels are the medians between steps, whatever the series", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 30 }), fc.nat(), (values, seed) => {
      const found = findSteps(values, { random: seeded(seed), level: 0.3, permutations: 50 });
      const ends = [0, ...found.map(({ index }) => index), values.length];
      for (const [position, step] of found.entries()) {
        expect(step.before).toBe(median(values.slice(ends[position]!, step.index)));
        expect(step.after).toBe(median(values.slice(step.index, ends[position + 2]!)));
        expect(step.index - ends[position]!).toBeGreaterThanOrEqual(3);
      }
    }),
  );
});

it("short, empty and constant series have no steps; bad input is refused", () => {
  expect(steps([])).toEqual([]);
  expect(steps([1, 1, 2, 2])).toEqual([]);
  expect(steps(Array.from({ length: 30 }, () => 4))).toEqual([]);
  expect(() => steps([1, Number.NaN])).toThrow(StatisticsError);
  expect(() => steps([1], { shortest: 1 })).toThrow(/shortest/);
  expect(() => steps([1], { level: 0 })).toThrow(/level/);
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { finiteSamples, shuffled } from "../../test/arbitraries.ts";
import { dipByDefinition } from "../../test/dip-by-definition.ts";
import { countTrials, draw, gaussian, seeded } from "../../test/seeded.ts";
import { StatisticsError } from "../errors/statistics-error.ts";
import type { Random } from "../random.ts";
import { sortedCopy } from "../summary/sorted.ts";
import { dipOfSorted } from "./dip.ts";
import { multimodality } from "./multimodality.ts";

const dip = (samples: readonly number[]) => dipOfSorted(sortedCopy(samples));

describe("dip", () => {
  it("has its closed forms", () => {
    expect(dip([1, 1, 1])).toBe(0);
    expect(dip([0, 1])).toBe(0.25);
    expect(dip([0, 0, 0, 1, 1, 1])).toBe(0.25);
    expect(dip([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).toBeCloseTo(1 / 20, 14);
    // Two narrow piles of five, far apart, come near two atoms.
    expect(dip([0, 1, 2, 3, 4, 1000, 1001, 1002, 1003, 1004])).toBeGreaterThan(0.24);
  });

  it("equals the definition on random sets of every kind", () => {
    for (let seed = 0; seed < 240; seed++) {
      const random = seeded(seed);
      const normal = gaussian(random);
      const kinds = [random, normal, () => Math.floor(random() * 8), () => normal() + (random() < 0.5 ? 5 : 0)];
      const samples = draw(2 + Math.floor(random() * 16), kinds[seed % kinds.length]!);
      expect(Math.abs(dip(samples) - dipByDefinition(samples))).toBeLessThan(1e-10);
    }
  });

  it("lies in [1/2n, 1/4] and ignores order, unit, origin and direction", () => {
    fc.assert(
      fc.property(shuffled(finiteSamples(2)), ([samples, other]) => {
        fc.pre(new Set(samples).size > 1);
        const found = dip(samples);
        expect(found).toBeGreaterThanOrEqual(1 / (2 * samples.length) - 1e-15);
        expect(found).toBeLessThanOrEqual(0.25 + 1e-15);
        expect(dip(other)).toBe(found);
        expect(dip(samples.map((x) => x * 1024))).toBe(found);
        expect(dip(samples.map((x) => -x))).toBeCloseTo(found, 9);
      }),
    );
  });
});

describe("multimodality", () => {
  const alarms = (count: number, sampler: (random: Random) => () => number) =>
    countTrials(200, (random) => multimodality(draw(count, sampler(random)), { random, resamples: 99 }).multimodal);

  it("raises no more false alarms than its level on Gaussian, log-normal and exponential samples", () => {
    const logNormal = (random: Random) => {
      const normal = gaussian(random);
      return () => Math.exp(0.5 * normal());
    };
    const exponential = (random: Random) => () => -Math.log(1 - random());
    for (const sampler of [gaussian, logNormal, exponential]) expect(alarms(60, sampler)).toBeLessThanOrEqual(10);
  });

  it("raises false alarms at its level on uniform samples, the hardest single mode", () => {
    const found = alarms(60, (random) => random);
    expect(found).toBeGreaterThanOrEqual(3);
    expect(found).toBeLessThanOrEqual(20);
  });

  it("finds an even mix four standard deviations apart", () => {
    const mix = (random: Random) => {
      const normal = gaussian(random);
      return () => normal() + (random() < 0.5 ? 4 : 0);
    };
    expect(alarms(100, mix)).toBeGreaterThanOrEqual(150);
    expect(alarms(200, mix)).toBeGreaterThanOrEqual(188);
  });

  it("keeps its level past 1000 samples, where the null is scaled", () => {
    const random = seeded(3);
    const flat = countTrials(
      40,
      (next) => multimodality(draw(3000, next), { random: next, resamples: 60, level: 0.1 }).multimodal,
    );
    expect(flat).toBeLessThanOrEqual(10);
    const normal = gaussian(random);
    const mixed = draw(3000, () => normal() + (random() < 0.3 ? 4 : 0));
    expect(multimodality(mixed, { random }).pValue).toBeLessThanOrEqual(0.002);
  });

  it("is not misled by the steps of a coarse clock whose resolution it knows", () => {
    const normal = gaussian(seeded(4));
    const coarse = draw(200, () => Math.round(normal() * 1.2));
    expect(multimodality(coarse, { random: seeded(1) }).multimodal).toBe(true);
    expect(multimodality(coarse, { random: seeded(1), resolution: 1 }).multimodal).toBe(false);
  });

  it("finds one mode in constant and tiny sets", () => {
    expect(multimodality([2, 2, 2, 2], { random: seeded(1) })).toEqual({ dip: 0, pValue: 1, multimodal: false });
    expect(multimodality([1, 9], { random: seeded(1) })).toEqual({ dip: 0.25, pValue: 1, multimodal: false });
    expect(multimodality([5], { random: seeded(1) }).multimodal).toBe(false);
  });

  it("rejects bad input", () => {
    const random = seeded(1);
    expect(() => multimodality([], { random })).toThrow(StatisticsError);
    expect(() => multimodality([1, Number.NaN], { random })).toThrow(StatisticsError);
    expect(() => multimodality([1], { random, level: 0 })).toThrow(/level is 0/);
    expect(() => multimodality([1], { random, resolution: -1 })).toThrow(/resolution is -1/);
  });
});

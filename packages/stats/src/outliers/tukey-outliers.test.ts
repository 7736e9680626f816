import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { finiteSamples, shuffled } from "../../test/arbitraries.ts";
import { draw, gaussian, seeded } from "../../test/seeded.ts";
import { StatisticsError } from "../errors/statistics-error.ts";
import { tukeyOutliers } from "./tukey-outliers.ts";

describe("tukeyOutliers", () => {
  it("classifies by the four fences, each strictly", () => {
    // Quartiles 2 and 6, so fences −10, −4, 12 and 18.
    const samples = [2, 2, 2, 2, 3, 4, 5, 6, 6, 6, 6];
    const { fences, total } = tukeyOutliers(samples);
    expect(fences).toEqual({ lowSevere: -10, lowMild: -4, highMild: 12, highSevere: 18 });
    expect(total).toBe(0);
    const padded = [...Array(20).fill(2), ...Array(20).fill(4), ...Array(20).fill(6)];
    const at = (value: number) => tukeyOutliers([...padded, value]).indices;
    const nothing = { lowSevere: [], lowMild: [], highMild: [], highSevere: [] };
    expect(at(12)).toEqual(nothing);
    expect(at(12.1)).toEqual({ ...nothing, highMild: [60] });
    expect(at(18)).toEqual({ ...nothing, highMild: [60] });
    expect(at(18.1)).toEqual({ ...nothing, highSevere: [60] });
    expect(at(-4)).toEqual(nothing);
    expect(at(-4.1)).toEqual({ ...nothing, lowMild: [60] });
    expect(at(-10.1)).toEqual({ ...nothing, lowSevere: [60] });
  });

  it("counts what it lists, and the same in any order, unit and direction", () => {
    fc.assert(
      fc.property(shuffled(finiteSamples(4)), fc.integer({ min: -9, max: 9 }), ([samples, other], power) => {
        const found = tukeyOutliers(samples);
        const lengths = Object.fromEntries(Object.entries(found.indices).map(([kind, list]) => [kind, list.length]));
        expect(found.counts).toEqual(lengths);
        expect(found.total).toBe(Object.values(found.counts).reduce((a, b) => a + b));
        expect(tukeyOutliers(other).counts).toEqual(found.counts);
        expect(tukeyOutliers(samples.map((x) => x * 2 ** power)).indices).toEqual(found.indices);
        for (const i of found.indices.highMild) expect(samples[i]).toBeGreaterThan(found.fences.highMild);
      }),
    );
  });

  it("flags about 0.7 % of Gaussian samples", () => {
    const { total, counts } = tukeyOutliers(draw(50_000, gaussian(seeded(2))));
    expect(total / 50_000).toBeGreaterThan(0.005);
    expect(total / 50_000).toBeLessThan(0.009);
    expect(counts.lowSevere + counts.highSevere).toBeLessThan(5);
  });

  it("rejects empty input", () => {
    expect(() => tukeyOutliers([])).toThrow(StatisticsError);
  });
});

import { seededRandom } from "@xattn/core";
import { describe, expect, it } from "vitest";
import { discriminants } from "./discriminants.ts";
import { fitNibbleScale, fromNibbles, partsFromNibbles, partsToNibbles, toNibbles } from "./nibbles.ts";
import { project } from "./projection.ts";

const random = seededRandom(11);

describe("discriminants", () => {
  /** Classes differ in the third dimension; the first varies most and tells nothing. */
  const classes = Array.from({ length: 300 }, (_, at) => at % 3);
  const rows = classes.map((name) =>
    Float32Array.of(4 * random.normal(), random.normal(), 2 * name + 0.2 * random.normal(), 2),
  );

  it("are the directions that tell the classes apart, not those that vary most", () => {
    const found = discriminants(rows, classes, 1);
    const means = [0, 1, 2].map((name) => {
      const own = rows.filter((_, at) => classes[at] === name).map((row) => project(found, row)[0]!);
      return own.reduce((sum, value) => sum + value / own.length, 0);
    });
    const [first, , third] = Array.from(found.components.subarray(0, 3), Math.abs) as [number, number, number];
    expect(third).toBeGreaterThan(10 * first);
    expect(means[1]! - means[0]!).toBeGreaterThan(1);
    expect(means[1]! - means[0]!).toBeCloseTo(means[2]! - means[1]!, 0);
    expect(project(found, Float32Array.from(found.mean))).toEqual(new Float32Array(1));
  });

  it("need rows, their classes, and no more dimensions than there are", () => {
    expect(() => discriminants(rows, classes, 5)).toThrow(/width: 5/);
    expect(() => discriminants(rows.slice(0, 1), [1], 1)).toThrow(/too few/);
    expect(() => discriminants(rows, [1], 1)).toThrow(/1 are given for 300 rows/);
    expect(() => project(discriminants(rows, classes, 2), new Float32Array(5))).toThrow(
      /not a multiple of the input width 4/,
    );
  });
});

describe("nibbles", () => {
  it("keep normal values with about 1 % of their variance as error", () => {
    const values = Float32Array.from({ length: 8000 }, (_, at) =>
      at % 2 === 0 ? 10 + random.normal() : 0.01 * random.normal(),
    );
    const scale = fitNibbleScale(values, 2);
    const codes = toNibbles(values, scale);
    expect(codes.length).toBe(4000);
    const back = fromNibbles(codes, scale);
    for (const [channel, variance] of [
      [0, 1],
      [1, 1e-4],
    ] as const) {
      let error = 0;
      for (let at = channel; at < values.length; at += 2) error += (values[at]! - back[at]!) ** 2 / 4000;
      expect(error / variance).toBeLessThan(0.015);
    }
    expect(fromNibbles(toNibbles(back, scale), scale)).toEqual(back);
  });

  it("keep parts to a thirtieth, none and all exactly, and a sliver as something", () => {
    const parts = Float32Array.of(0, 1, 0.5, 0.02, 0.005, 0.77);
    const back = partsFromNibbles(partsToNibbles(parts));
    expect([back[0], back[1]]).toEqual([0, 1]);
    expect(back[3]).toBeGreaterThan(0);
    expect(back[4]).toBe(0);
    parts.forEach((part, at) => {
      expect(Math.abs(part - back[at]!)).toBeLessThan(1 / 15);
    });
  });
});

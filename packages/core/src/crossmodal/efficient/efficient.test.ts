import { softcap } from "@xattn/masking";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attention } from "../../attention/attention.ts";
import { ArgumentError, UnsupportedError } from "../../errors/errors.ts";
import { seededRandom } from "../../random/random.ts";
import { fromNumbers } from "../../tensor/create.ts";
import { randomNormal } from "../../tensor/random-normal.ts";
import { calibrateThreshold } from "./calibrate.ts";
import { differenceOf } from "./difference.ts";
import { efficientAttention } from "./efficient.ts";

const random = seededRandom(31);
const query = randomNormal(random, [1, 2, 6, 4]);
const key = randomNormal(random, [1, 2, 7, 4]);
const value = randomNormal(random, [1, 2, 7, 3]);
const featureMap = { kind: "elu+1" } as const;

describe("efficientAttention", () => {
  it("is exact below the threshold and says so", () => {
    const found = efficientAttention(query, key, value, { threshold: 43, featureMap, error: true });
    const exact = attention(query, key, value);
    expect(found).toEqual({
      ...exact,
      chosen: "standard",
      pairs: 42,
      threshold: 43,
      error: { relative: 0, maximum: 0 },
    });
  });

  it("is linear from the threshold on and says how far off", () => {
    const found = efficientAttention(query, key, value, { threshold: 42, featureMap, error: true });
    const linear = attention(query, key, value, { variant: { kind: "linear", featureMap } });
    const exact = attention(query, key, value);
    const differences = [...linear.output.data].map((x, index) => x - exact.output.data[index]!);
    expect(found.output).toEqual(linear.output);
    expect([found.chosen, found.path]).toEqual(["linear", "plain/linear(elu+1)"]);
    expect(found.error!.maximum).toBe(Math.max(...differences.map(Math.abs)));
    expect(found.error!.relative).toBeCloseTo(Math.hypot(...differences) / Math.hypot(...exact.output.data), 10);
    expect(found.error!.relative).toBeGreaterThan(0.01);
    expect(efficientAttention(query, key, value, { threshold: 42, featureMap })).not.toHaveProperty("error");
  });

  it("counts the keys of the past", () => {
    const options = { threshold: 43, featureMap, past: { key, value } };
    expect(efficientAttention(query, key, value, options)).toMatchObject({ chosen: "linear", pairs: 84 });
  });

  it("takes a calibrated threshold", () => {
    const threshold = { threshold: 10, regret: 0, measured: [1, 100] } as const;
    const found = efficientAttention(query, key, value, { threshold, featureMap });
    expect(found).toMatchObject({ chosen: "linear", threshold: 10 });
  });

  it("errs less with more features", () => {
    const short = randomNormal(seededRandom(32), [1, 2, 6, 4], 0.5);
    const error = (features: number) => {
      const favor = { kind: "favor+", features, form: "hyperbolic", orthogonal: true, seed: 1 } as const;
      return efficientAttention(short, short, short, { threshold: 0, featureMap: favor, error: true }).error!.relative;
    };
    expect(error(4096)).toBeLessThan(error(8) / 4);
  });

  it("does not turn to the exact path when the linear one cannot", () => {
    const options = { threshold: 0, featureMap, modifiers: [softcap(5)] };
    expect(() => efficientAttention(query, key, value, options)).toThrow(UnsupportedError);
    expect(efficientAttention(query, key, value, { ...options, threshold: Infinity }).chosen).toBe("standard");
  });

  it.each([-1, Number.NaN])("refuses the threshold %d", (threshold) => {
    const run = () => efficientAttention(query, key, value, { threshold, featureMap });
    expect(run).toThrow(new ArgumentError(`threshold: ${threshold} is not a number of pairs n·m ≥ 0`));
  });
});

describe("differenceOf", () => {
  it("is relative to the exact norm", () => {
    const exact = fromNumbers([2], [3, 4], "float64");
    expect(differenceOf(fromNumbers([2], [3, 6], "float64"), exact)).toEqual({ relative: 2 / 5, maximum: 2 });
    const nothing = fromNumbers([2], [0, 0], "float64");
    expect(differenceOf(nothing, nothing)).toEqual({ relative: 0, maximum: 0 });
    expect(differenceOf(exact, nothing)).toEqual({ relative: Number.POSITIVE_INFINITY, maximum: 4 });
  });
});

describe("calibrateThreshold", () => {
  it("finds where two cost models cross", () => {
    const timings = [4, 8, 16, 32, 64, 128].map((n) => ({ n, m: n, standard: n * n, linear: 20 * n + n }));
    expect(calibrateThreshold(timings)).toEqual({ threshold: 32 * 32, regret: 0, measured: [16, 128 * 128] });
  });

  it("is Infinity where linear attention wins nowhere, the smallest size where it wins everywhere", () => {
    expect(calibrateThreshold([{ n: 2, m: 3, standard: 1, linear: 1 }]).threshold).toBe(Infinity);
    expect(calibrateThreshold([{ n: 2, m: 3, standard: 2, linear: 1 }]).threshold).toBe(6);
  });

  it("loses no more than any other threshold", () => {
    const time = fc.double({ min: 0.1, max: 10, noNaN: true });
    const axis = fc.integer({ min: 1, max: 9 });
    const timings = fc.array(fc.record({ n: axis, m: axis, standard: time, linear: time }), { minLength: 1 });
    fc.assert(
      fc.property(timings, fc.double({ min: 0, max: 100, noNaN: true }), (all, other) => {
        const loss = (threshold: number) =>
          all.reduce((sum, { n, m, standard, linear }) => {
            const chosen = n * m < threshold ? standard : linear;
            return sum + chosen / Math.min(standard, linear) - 1;
          }, 0) / all.length;
        const { threshold, regret } = calibrateThreshold(all);
        expect(regret).toBeCloseTo(loss(threshold), 9);
        expect(regret).toBeLessThanOrEqual(loss(other) + 1e-9);
      }),
    );
  });

  it("needs positive numbers", () => {
    expect(() => calibrateThreshold([])).toThrow("timings: an empty list; needs at least one");
    expect(() => calibrateThreshold([{ n: 2, m: 3, standard: 0, linear: 1 }])).toThrow(
      new ArgumentError("timings[0].standard: 0 is not a positive number"),
    );
  });
});

import {
  type AttentionProblem,
  convert,
  type FeatureMap,
  plainLinearAttention,
  randomNormal,
  referenceLinearAttention,
  seededRandom,
  tensor,
  toFloat64,
  zeros,
} from "@xattn/core";
import { relativeDistance } from "@xattn/core/testing";
import { and, causal, padding, prefix } from "@xattn/masking";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { computeLinear, firstDifference, nameOf, remembering, withoutPast } from "./testing/compute.ts";
import { rowSizes, worstRow } from "./testing/conditioned.ts";
import { enginesHere, startContext, type TestContext } from "./testing/context.ts";
import { arbitraryCase, normalProblem, problemOf, threeForms } from "./testing/problems.ts";

const elu: FeatureMap = { kind: "elu+1" };
const relu: FeatureMap = { kind: "relu" };

const remember = remembering<{ readonly expected: Float64Array; readonly sizes: Float64Array }>();

function gaussians(heads: number, n: number, d: number, scale = 1): AttentionProblem {
  const random = seededRandom(11);
  const [query, key, value] = [0, 1, 2].map(() => randomNormal(random, [1, heads, n, d], scale));
  return { query: query!, key: key!, value: value! };
}

describe.each(enginesHere)("linear attention, %s kernels", (engine) => {
  let started: TestContext;
  beforeAll(async () => {
    started = await startContext(engine, 1);
  });
  afterAll(() => started.dispose());

  it("is as the float64 reference within the roundings of its terms", () => {
    fc.assert(
      fc.property(arbitraryCase(30_000), (drawn) => {
        const { map, scale } = drawn;
        const problem = problemOf(drawn);
        started.poison();
        const actual = computeLinear(started.context, problem, map).output.data;
        const expected = referenceLinearAttention(problem, map).output.data;
        const sizes = rowSizes(withoutPast(problem), map).output;
        expect(worstRow(actual, expected, sizes), nameOf(map)).toBeLessThan(2e-6);
        const wellConditioned = nameOf(map) !== "trigonometric" && (map.kind !== "favor+" || scale !== 0.7);
        if (wellConditioned) expect(relativeDistance(actual, expected, 1e-3)).toBeLessThan(2e-6);
      }),
      { numRuns: Number(process.env.XATTN_RUNS ?? 20) },
    );
  }, 60_000);

  it.each([elu, relu, ...threeForms(64)])("goes on over many chunks of keys: %j", (map) => {
    const trigonometric = nameOf(map) === "trigonometric";
    for (const mask of [undefined, causal(), causal({ offset: -37 })]) {
      const problem = { ...gaussians(1, trigonometric ? 140 : 400, 64), ...(mask && { mask }) };
      started.poison();
      const actual = computeLinear(started.context, problem, map).output.data;
      const { expected, sizes } = remember([map, mask], () => ({
        expected: referenceLinearAttention(problem, map).output.data,
        sizes: trigonometric ? rowSizes(problem, map).output : new Float64Array(0),
      }));
      if (trigonometric) expect(worstRow(actual, expected, sizes)).toBeLessThan(1e-6);
      else expect(relativeDistance(actual, expected)).toBeLessThan(2e-6);
    }
  });

  it("gives the same bits again", () => {
    const problem = { ...gaussians(1, 300, 33), mask: causal() };
    for (const map of [elu, ...threeForms(30)]) {
      const first = computeLinear(started.context, problem, map).output.data;
      started.poison();
      expect(firstDifference(computeLinear(started.context, problem, map).output.data, first)).toBe(-1);
    }
  });
});

describe("linear attention", () => {
  let one: TestContext;
  let two: TestContext;
  beforeAll(async () => {
    [one, two] = await Promise.all([startContext(enginesHere[0]!, 1), startContext(enginesHere[0]!, 2)]);
  });
  afterAll(() => {
    one.dispose();
    two.dispose();
  });
  const compute = (problem: AttentionProblem, map: FeatureMap) => {
    one.poison();
    return computeLinear(one.context, problem, map).output.data;
  };

  it("gives the same bits whoever computes them", () => {
    for (const mask of [undefined, causal()]) {
      const problem = { ...gaussians(1, 1500, 64), ...(mask && { mask }) };
      two.poison();
      expect(firstDifference(computeLinear(two.context, problem, elu).output.data, compute(problem, elu))).toBe(-1);
    }
  });

  it("forms the weights that it never needs when they are asked for", () => {
    const problem = { ...normalProblem({ batch: 2, keyHeads: 2, group: 2, n: 9, recent: 30, past: 5, d: 7, e: 3 }, 4) };
    for (const mask of [undefined, causal("bottom-right")]) {
      const asked = { ...problem, ...(mask && { mask }), variant: { kind: "linear", featureMap: elu } as const };
      one.poison();
      const { weights } = computeLinear(one.context, asked, elu, { weights: true });
      const ones = { ...asked, value: tensor([2, 2, 30, 35]), past: { ...asked.past!, value: tensor([2, 2, 5, 35]) } };
      for (let head = 0; head < 4; head += 1) {
        for (let j = 0; j < 5; j += 1) ones.past.value.data[(head * 5 + j) * 35 + j] = 1;
        for (let j = 0; j < 30; j += 1) ones.value.data[(head * 30 + j) * 35 + 5 + j] = 1;
      }
      const expected = referenceLinearAttention(ones, elu).output.data;
      expect(relativeDistance(toFloat64(weights!), expected)).toBeLessThan(1e-6);
      expect(weights!.shape).toEqual([2, 4, 9, 35]);
    }
  });

  it("widens half precision", () => {
    const problem = gaussians(2, 40, 9);
    const half = {
      query: convert(problem.query, "bfloat16"),
      key: convert(problem.key, "float16"),
      value: convert(problem.value, "bfloat16"),
    };
    const expected = referenceLinearAttention(half, elu).output.data;
    expect(relativeDistance(compute(half, elu), expected)).toBeLessThan(1e-6);
  });

  it("takes a scale below 0 to look away from what is alike", () => {
    const problem = { ...gaussians(1, 50, 8, 0.7), scale: -0.8 };
    for (const map of threeForms(30)) {
      const expected = referenceLinearAttention(problem, map).output.data;
      expect(relativeDistance(compute(problem, map), expected)).toBeLessThan(5e-6);
    }
  });

  it("keeps early queries apart from later keys with factors out of all range", () => {
    const problem = { ...gaussians(1, 400, 4), mask: causal(), scale: 1 };
    for (const [at, value] of problem.key.data.entries()) {
      if (Math.floor(at / 4) % 90 === 70) problem.key.data[at] = (4 + at / 200) * value;
    }
    for (const map of threeForms(16)) {
      const actual = compute(problem, map);
      const expected = referenceLinearAttention(problem, map).output.data;
      const sizes = rowSizes(problem, map).output;
      expect(worstRow(actual, expected, sizes), map.form).toBeLessThan(2e-6);
    }
  });

  it("lets no NaN or ∞ through that no weight can reach", () => {
    const random = seededRandom(5);
    for (const map of [elu, relu, ...threeForms(10)]) {
      for (const spoil of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const clean = {
          query: randomNormal(random, [1, 2, 100, 3]),
          key: randomNormal(random, [1, 1, 100, 3]),
          value: randomNormal(random, [1, 1, 100, 5]),
        };
        const mask = and(causal({ offset: -1 }), padding({ keys: [90], queries: [95] }));
        const spoiled = {
          query: from(clean.query, 95, spoil),
          key: from(clean.key, 89, spoil),
          value: from(clean.value, 71, spoil),
          mask,
        };
        const expected = referenceLinearAttention(spoiled, map).output.data;
        const actual = compute(spoiled, map);
        expect([...actual].map(Number.isFinite)).toEqual([...expected].map(Number.isFinite));
        // Query 71 is the last that sees no value beyond 70; queries from 95 on are padding.
        for (let row = 0; row < 200; row += 1) {
          const sees = row % 100 >= 72 && row % 100 < 95;
          if (!sees) expect([...actual.subarray(row * 5, row * 5 + 5)].every(Number.isFinite)).toBe(true);
        }
        const sizes = rowSizes({ ...clean, mask }, map).output;
        const finite = (data: ArrayLike<number>) => Array.from(data, (x) => (Number.isFinite(x) ? x : 0));
        expect(worstRow(finite(actual), finite(expected), sizes)).toBeLessThan(2e-6);
      }
    }
  });

  it("gives zeros where there are no weights", () => {
    const ofTwo = (query: number[], key: number[], value = [3, 5]): AttentionProblem => ({
      query: tensor([1, 1, 1, 2], query),
      key: tensor([1, 1, 2, 2], key),
      value: tensor([1, 1, 2, 1], value),
    });
    expect([...compute(ofTwo([-1, -2], [1, 1, 1, 1]), relu)]).toEqual([0]);
    expect([...compute(ofTwo([-1, -2], [1, 1, 1, 1], [Number.NaN, 1]), relu)]).toEqual([0]);
    expect([...compute(ofTwo([2, -1], [1, 9, 3, -4]), relu)]).toEqual([4.5]);
    const blind = { ...ofTwo([Number.NaN, 1], [1, 1, 1, 1]), mask: causal({ offset: -1 }) };
    expect([...compute(blind, elu)]).toEqual([0]);
    expect([...compute({ ...blind, mask: padding({ keys: [0] }) }, elu)]).toEqual([0]);
    const seeing = ofTwo([Number.NaN, 1], [1, 1, 1, 1]);
    expect([...compute(seeing, elu)]).toEqual([Number.NaN]);
  });

  it("has results for empty axes", () => {
    const shaped = (n: number, m: number, d: number, e: number) => ({
      query: zeros([1, 1, n, d]),
      key: zeros([1, 1, m, d]),
      value: zeros([1, 1, m, e]),
      scale: 1,
    });
    expect([...compute(shaped(2, 0, 3, 2), elu)]).toEqual([0, 0, 0, 0]);
    expect([...compute(shaped(2, 3, 0, 1), elu)]).toEqual([0, 0]);
    expect([...compute(shaped(0, 3, 2, 1), elu)]).toEqual([]);
    expect([...compute(shaped(2, 3, 2, 0), elu)]).toEqual([]);
    expect(() => compute(shaped(2, 3, 0, 1), threeForms(4)[0]!)).toThrow(/d = 0/);
  });

  const problem = normalProblem({ batch: 1, keyHeads: 1, group: 2, n: 3, recent: 4, past: 0, d: 2, e: 2 }, 1);
  const positive = threeForms(4)[0]!;
  it.each<[string, Partial<AttentionProblem>, FeatureMap]>([
    ["a prefix mask", { mask: prefix(2) }, elu],
    ["a bias", { bias: zeros([3, 4]) }, relu],
    ["sinks", { sinks: zeros([2]) }, relu],
    ["a modifier", { modifiers: [{ kind: "softcap", cap: 3 }] }, relu],
    ["a scale of 0 on relu", { scale: 0 }, relu],
    ["no features", {}, { ...positive, features: 0 }],
    ["a seed of ½", {}, { ...positive, seed: 0.5 }],
    ["a key of another width", { key: zeros([1, 1, 4, 3]) }, relu],
  ])("refuses what the plain backend does, in its words: %s", (_, change, map) => {
    const changed = { ...problem, ...change };
    let expected: unknown;
    try {
      plainLinearAttention(changed, map, (floats) => new Float32Array(floats));
    } catch (error) {
      expected = error;
    }
    expect(expected).toBeInstanceOf(Error);
    expect(() => computeLinear(one.context, changed, map)).toThrow(expected as Error);
  });

  it("refuses float64 and the log-sum-exp", () => {
    const double = { ...problem, key: convert(problem.key, "float64") };
    expect(() => computeLinear(one.context, double, elu)).toThrow(/key: .*float64/);
    expect(() => computeLinear(one.context, problem, elu, { logSumExp: true })).toThrow(
      expect.objectContaining({ name: "UnsupportedError" }),
    );
  });

  it("takes memory in proportion to n and m", () => {
    const taken = (n: number) => {
      const { scratch } = one.context;
      scratch.release();
      scratch.resetPeak();
      computeLinear(one.context, { ...gaussians(1, n, 16), mask: causal() }, elu);
      return scratch.peakBytes;
    };
    const [small, large] = [taken(2000), taken(8000)];
    expect(large / small).toBeLessThan(4.1);
  });
});

/** A copy with `value` in all rows of each head from `first` on. */
function from(source: AttentionProblem["key"], first: number, value: number): AttentionProblem["key"] {
  const copy = convert(source, "float32");
  const [, heads, rows, width] = source.shape as [number, number, number, number];
  for (let head = 0; head < heads; head += 1) {
    copy.data.fill(value, (head * rows + first) * width, (head + 1) * rows * width);
  }
  return copy;
}

import { causal, prefix } from "@xattn/masking";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AttentionProblem } from "../problem/problem.ts";
import type { FeatureMap } from "../problem/variant.ts";
import { seededRandom } from "../random/random.ts";
import { convert } from "../tensor/convert.ts";
import { tensor, zeros } from "../tensor/create.ts";
import { randomNormal } from "../tensor/random-normal.ts";
import {
  linearScratchFloats,
  plainLinearAttention,
  referenceLinearAttention,
  referenceLinearWeights,
} from "./index.ts";
import {
  arbitraryFeatureMap,
  arbitraryHalf,
  arbitraryLinearMask,
  arbitrarySizes,
  normalProblem,
} from "./testing/arbitrary.ts";
import { quadraticLinearAttention } from "./testing/quadratic.ts";
import { countingScratch, relativeError } from "./testing/scratch.ts";
import { softmaxAttention } from "./testing/softmax.ts";

const fresh = (floats: number) => new Float32Array(floats);

const arbitraryCase = arbitrarySizes.chain((sizes) =>
  fc
    .tuple(
      fc.nat(),
      arbitraryHalf,
      arbitraryLinearMask(sizes),
      arbitraryFeatureMap,
      fc.option(fc.double({ min: 0.1, max: 1.5, noNaN: true })),
    )
    .map(([seed, dtype, mask, featureMap, scale]) => ({
      featureMap,
      problem: {
        ...normalProblem(sizes, seed, dtype),
        ...(mask && { mask }),
        ...(scale !== null && { scale }),
      },
    })),
);

/** Every element within `tolerance` of what roundings in proportion to it can move. */
function expectClose(actual: ArrayLike<number>, slow: ReturnType<typeof quadraticLinearAttention>, tolerance: number) {
  const far = slow.output.findIndex(
    (value, index) => !(Math.abs(actual[index]! - value) <= tolerance * (slow.amplification[index]! + 1e-30)),
  );
  expect(far < 0 ? [] : [far, actual[far], slow.output[far], slow.amplification[far]]).toEqual([]);
}

describe("linear attention", () => {
  test("the float64 reference is the kernel matrix, row-normalized, times the values", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ problem, featureMap }) => {
        const { output } = referenceLinearAttention(problem, featureMap);
        expectClose(output.data, quadraticLinearAttention(problem, featureMap), 1e-12);
      }),
      { numRuns: 200 },
    );
  });

  test("the float32 kernel too, and it takes exactly the scratch memory that it says", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ problem, featureMap }) => {
        const scratch = countingScratch();
        const output = plainLinearAttention(problem, featureMap, scratch.allocate);
        expectClose(output.data, quadraticLinearAttention(problem, featureMap), 4e-6);
        expect(scratch.floats()).toBe(linearScratchFloats(problem, featureMap));
      }),
      { numRuns: 300 },
    );
  });

  test("the weights times the values are the output, and rows sum to 1 or are zeros", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ problem, featureMap }) => {
        const weights = referenceLinearWeights(problem, featureMap);
        const ones = { ...problem, value: convert(problem.value, "float64") };
        ones.value.data.fill(1);
        if (ones.past) {
          ones.past = { key: ones.past.key, value: convert(ones.past.value, "float64") };
          ones.past.value.data.fill(1);
        }
        const m = weights.shape[3]!;
        const e = problem.value.shape[3]!;
        const sums = referenceLinearAttention(ones, featureMap).output.data;
        for (let row = 0; row < weights.data.length / m; row += 1) {
          const sum = weights.data.subarray(row * m, (row + 1) * m).reduce((left, weight) => left + weight, 0);
          expect(sum).toBeCloseTo(sums[row * e]!, 6);
          expect(Math.min(Math.abs(sum), Math.abs(sum - 1))).toBeLessThan(1e-6);
        }
      }),
      { numRuns: 60 },
    );
  });

  const kernels: readonly FeatureMap[] = [{ kind: "elu+1" }, { kind: "relu" }];
  for (const featureMap of kernels) {
    for (const mask of [undefined, causal()]) {
      test(`float32 ${featureMap.kind} ${mask ? "causal" : "of all keys"} is within 2e-6 on unit Gaussians`, () => {
        const random = seededRandom(11);
        const [query, key, value] = [0, 1, 2].map(() => randomNormal(random, [1, 2, 700, 64]));
        const problem = { query: query!, key: key!, value: value!, ...(mask && { mask }) };
        const expected = referenceLinearAttention(problem, featureMap).output.data;
        expect(relativeError(plainLinearAttention(problem, featureMap, fresh).data, expected)).toBeLessThan(2e-6);
      });
    }
  }
});

describe("FAVOR+ against softmax attention", () => {
  const favor = (form: "positive" | "trigonometric" | "hyperbolic", features: number, seed: number) =>
    ({ kind: "favor+", form, features, orthogonal: true, seed }) as const;

  /** Mean relative error over seeds, of queries and keys of about the given norm at scale 1. */
  function error(form: "positive" | "trigonometric" | "hyperbolic", features: number, norm: number): number {
    const random = seededRandom(21);
    const [query, key] = [0, 1].map(() => randomNormal(random, [1, 1, 48, 8], norm / Math.sqrt(8)));
    const problem = { query: query!, key: key!, value: randomNormal(random, [1, 1, 48, 8]), scale: 1 };
    const exact = softmaxAttention(problem);
    const seeds = Array.from({ length: 8 }, (_, seed) => seed);
    const errors = seeds.map((seed) =>
      relativeError(referenceLinearAttention(problem, favor(form, features, seed)).output.data, exact),
    );
    return errors.reduce((sum, value) => sum + value, 0) / errors.length;
  }

  for (const form of ["positive", "trigonometric", "hyperbolic"] as const) {
    test(`${form}: sixteen times the features leave about a quarter of the error`, () => {
      const ratio = error(form, 64, 0.6) / error(form, 1024, 0.6);
      expect(ratio).toBeGreaterThan(2.5);
      expect(ratio).toBeLessThan(6.5);
    });
  }

  test("trigonometric features beat positive ones for small norms and lose for large ones", () => {
    expect(error("trigonometric", 64, 0.5)).toBeLessThan(0.7 * error("positive", 64, 0.5));
    expect(error("trigonometric", 64, 2.5)).toBeGreaterThan(1.5 * error("positive", 64, 2.5));
  });

  test("long keys of one head do not drown the short keys of the next", () => {
    const long = [30, 0, 0, 30];
    const short = [0.5, 0, 0, 0.5];
    const problem = {
      query: tensor([1, 2, 1, 2], [1, 0, 1, 0]),
      key: tensor([1, 2, 2, 2], [...long, ...short]),
      value: tensor([1, 2, 2, 1], [1, 2, 3, 4]),
      scale: 1,
    };
    const featureMap = favor("trigonometric", 6, 1);
    const expected = referenceLinearAttention(problem, featureMap).output.data;
    expect(Math.abs(expected[1]!)).toBeGreaterThan(1);
    expect(relativeError(plainLinearAttention(problem, featureMap, fresh).data, expected)).toBeLessThan(1e-4);
  });

  test("a scale below 0 looks away from what is alike", () => {
    const random = seededRandom(3);
    const [query, key, value] = [0, 1, 2].map(() => randomNormal(random, [1, 1, 12, 3], 0.7));
    const problem = { query: query!, key: key!, value: value!, scale: -0.8 };
    const exact = softmaxAttention(problem);
    for (const form of ["positive", "trigonometric", "hyperbolic"] as const) {
      const estimate = plainLinearAttention(problem, favor(form, 3000, 5), fresh).data;
      expect(relativeError(estimate, exact)).toBeLessThan(0.1);
    }
  });
});

describe("what no weight can reach", () => {
  const ofTwo = (query: number[], key: number[]): AttentionProblem => ({
    query: tensor([1, 1, 1, 2], query),
    key: tensor([1, 1, 2, 2], key),
    value: tensor([1, 1, 2, 1], [3, 5]),
  });

  test("relu features that all vanish give zeros", () => {
    const problem = ofTwo([-1, -2], [1, 1, 1, 1]);
    expect([...referenceLinearAttention(problem, { kind: "relu" }).output.data]).toEqual([0]);
    expect([...plainLinearAttention(problem, { kind: "relu" }, fresh).data]).toEqual([0]);
    expect([...referenceLinearAttention(problem, { kind: "relu" }).denominator.data]).toEqual([0]);
  });

  test("relu by hand: weights 2 and 6 of values 3 and 5", () => {
    const problem = ofTwo([2, -1], [1, 9, 3, -4]);
    expect([...referenceLinearAttention(problem, { kind: "relu" }).output.data]).toEqual([(2 * 3 + 6 * 5) / 8]);
    expect([...plainLinearAttention(problem, { kind: "relu" }, fresh).data]).toEqual([4.5]);
  });

  test("NaN in padded keys, values and queries, and in future keys, reaches no output", () => {
    const clean = normalProblem({ batch: 1, keyHeads: 1, group: 2, n: 9, recent: 9, past: 0, d: 3, e: 5 }, 5);
    const spoil = (source: AttentionProblem["key"], from: number, width: number) => {
      const copy = convert(source, "float32");
      for (let head = 0; head < source.shape[1]!; head += 1)
        copy.data.fill(Number.NaN, (head * 9 + from) * width, (head + 1) * 9 * width);
      return copy;
    };
    const spoiled = {
      query: spoil(clean.query, 8, 3),
      key: spoil(clean.key, 7, 3),
      value: spoil(clean.value, 7, 5),
    };
    const mask = {
      kind: "and",
      masks: [causal({ offset: -1 }), { kind: "padding", keys: [7], queries: [8] }],
    } as const;
    const featureMap: FeatureMap = { kind: "favor+", features: 6, form: "positive", orthogonal: true, seed: 1 };
    for (const phi of [featureMap, { kind: "elu+1" } as const]) {
      const expected = plainLinearAttention({ ...clean, mask }, phi, fresh).data;
      expect([...plainLinearAttention({ ...spoiled, mask }, phi, fresh).data]).toEqual([...expected]);
      expect(expected.every(Number.isFinite)).toBe(true);
      const reference = referenceLinearAttention({ ...spoiled, mask }, phi).output.data;
      expect(relativeError(reference, expected)).toBeLessThan(1e-5);
    }
  });

  test("a query that sees no key gives zeros even when it is NaN itself", () => {
    const problem = { ...ofTwo([Number.NaN, 1], [1, 1, 1, 1]), mask: causal({ offset: -1 }) };
    expect([...plainLinearAttention(problem, { kind: "elu+1" }, fresh).data]).toEqual([0]);
    expect([...referenceLinearAttention(problem, { kind: "elu+1" }).output.data]).toEqual([0]);
  });
});

describe("what linear attention refuses", () => {
  const problem = normalProblem({ batch: 1, keyHeads: 1, group: 2, n: 3, recent: 4, past: 0, d: 2, e: 2 }, 1);
  const refused: readonly (readonly [string, Partial<AttentionProblem>, FeatureMap, string])[] = [
    ["a prefix mask", { mask: prefix(2) }, { kind: "elu+1" }, "UnsupportedError"],
    ["a mask by or", { mask: { kind: "or", masks: [causal(), prefix(2)] } }, { kind: "elu+1" }, "UnsupportedError"],
    ["a bias", { bias: zeros([3, 4]) }, { kind: "relu" }, "UnsupportedError"],
    ["sinks", { sinks: zeros([2]) }, { kind: "relu" }, "UnsupportedError"],
    ["a modifier", { modifiers: [{ kind: "softcap", cap: 3 }] }, { kind: "relu" }, "UnsupportedError"],
    ["a scale of 0 on relu", { scale: 0 }, { kind: "relu" }, "UnsupportedError"],
    ["no features", {}, { kind: "favor+", features: 0, form: "positive", orthogonal: true, seed: 1 }, "ArgumentError"],
    [
      "a seed of ½",
      {},
      { kind: "favor+", features: 1, form: "positive", orthogonal: true, seed: 0.5 },
      "ArgumentError",
    ],
    ["a key of another width", { key: zeros([1, 1, 4, 3]) }, { kind: "relu" }, "ShapeError"],
  ];
  for (const [what, change, featureMap, name] of refused) {
    test(what, () => {
      const changed = { ...problem, ...change };
      expect(() => referenceLinearAttention(changed, featureMap)).toThrow(expect.objectContaining({ name }));
      expect(() => plainLinearAttention(changed, featureMap, fresh)).toThrow(expect.objectContaining({ name }));
    });
  }

  test("float64 in the float32 kernel", () => {
    const changed = { ...problem, query: convert(problem.query, "float64") };
    expect(() => plainLinearAttention(changed, { kind: "relu" }, fresh)).toThrow(/query.*float64/);
  });

  test("an empty list of modifiers is none", () => {
    const { output } = referenceLinearAttention({ ...problem, modifiers: [] }, { kind: "relu" });
    expect([...output.data]).toEqual([...referenceLinearAttention(problem, { kind: "relu" }).output.data]);
  });
});

import {
  type AttentionGradients,
  type AttentionProblem,
  type AttentionTangents,
  attentionJvp,
  attentionVjp,
  type FeatureMap,
  randomNormal,
  seededRandom,
  type Tensor,
  toFloat64,
  validateProblem,
  zeros,
} from "@xattn/core";
import { relativeDistance } from "@xattn/core/testing";
import { and, causal, padding } from "@xattn/masking";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { linearJvp } from "./jvp.ts";
import { firstDifference, nameOf, remembering, withoutPast } from "./testing/compute.ts";
import { type RowSizes, rowSizes, worstRow } from "./testing/conditioned.ts";
import { enginesHere, startContext, type TestContext } from "./testing/context.ts";
import { arbitraryCase, normalProblem, problemOf, threeForms } from "./testing/problems.ts";
import { linearVjp } from "./vjp.ts";

const elu: FeatureMap = { kind: "elu+1" };
const relu: FeatureMap = { kind: "relu" };

/** A gradient by the output, and tangents of query, key and value. */
function movingOf(problem: AttentionProblem, seed: number) {
  const random = seededRandom(seed);
  const { batch, heads, n, e } = validateProblem(problem);
  const like = ({ shape }: Tensor) => randomNormal(random, shape);
  return {
    outputGradient: randomNormal(random, [batch, heads, n, e]),
    query: like(problem.query),
    key: like(problem.key),
    value: like(problem.value),
  };
}

const remember = remembering<{
  readonly expected: AttentionGradients;
  readonly expectedTangent: AttentionTangents;
  readonly limits: RowSizes;
}>();

const asLinear = (problem: AttentionProblem, featureMap: FeatureMap): AttentionProblem => ({
  ...problem,
  variant: { kind: "linear", featureMap },
});

describe.each(enginesHere)("derivatives of linear attention, %s kernels", (engine) => {
  let started: TestContext;
  beforeAll(async () => {
    started = await startContext(engine, 1);
  });
  afterAll(() => started.dispose());

  it("are as the float64 ones within the roundings of their terms", () => {
    fc.assert(
      fc.property(arbitraryCase(6000), (drawn) => {
        const { map } = drawn;
        const problem = withoutPast(problemOf(drawn));
        const sizes = validateProblem(problem);
        const moving = movingOf(problem, drawn.seed);
        const { outputGradient, ...tangents } = moving;
        const limits = rowSizes(problem, map, moving);
        started.poison();
        const gradients = linearVjp(started.context, problem, sizes, map, outputGradient);
        const expected = attentionVjp(asLinear(problem, map), outputGradient);
        for (const part of ["query", "key", "value"] as const) {
          const worst = worstRow(gradients[part].data, expected[part].data, limits[part]);
          expect(worst, `${nameOf(map)} ${part}`).toBeLessThan(5e-6);
        }
        started.poison();
        const tangent = linearJvp(started.context, problem, sizes, map, tangents).output;
        const expectedTangent = attentionJvp(asLinear(problem, map), tangents).output;
        expect(worstRow(tangent.data, expectedTangent.data, limits.tangent), nameOf(map)).toBeLessThan(5e-6);
      }),
      { numRuns: Number(process.env.XATTN_RUNS ?? 10) },
    );
  }, 60_000);

  it.each([elu, relu, ...threeForms(48)])("are within 1e-5 on unit Gaussians over many chunks: %j", (map) => {
    const random = seededRandom(2);
    const [query, key, value] = [0, 1, 2].map(() => randomNormal(random, [1, 1, 110, 32]));
    for (const mask of [undefined, causal({ offset: 30 })]) {
      const problem = { query: query!, key: key!, value: value!, ...(mask && { mask }) };
      const moving = movingOf(problem, 3);
      const { outputGradient, ...tangents } = moving;
      const sizes = validateProblem(problem);
      started.poison();
      const gradients = linearVjp(started.context, problem, sizes, map, outputGradient);
      started.poison();
      const tangent = linearJvp(started.context, problem, sizes, map, tangents);
      const { expected, expectedTangent, limits } = remember([map, mask], () => ({
        expected: attentionVjp(asLinear(problem, map), outputGradient),
        expectedTangent: attentionJvp(asLinear(problem, map), tangents),
        limits: rowSizes(problem, map, moving),
      }));
      if (nameOf(map) === "trigonometric") {
        for (const part of ["query", "key", "value"] as const) {
          expect(worstRow(gradients[part].data, expected[part].data, limits[part])).toBeLessThan(2e-6);
        }
        expect(worstRow(tangent.output.data, expectedTangent.output.data, limits.tangent)).toBeLessThan(2e-6);
      } else {
        for (const part of ["query", "key", "value"] as const) {
          expect(relativeDistance(gradients[part].data, expected[part].data), part).toBeLessThan(1e-5);
        }
        expect(relativeDistance(tangent.output.data, expectedTangent.output.data)).toBeLessThan(1e-5);
      }
    }
  });
});

describe("derivatives of linear attention", () => {
  let one: TestContext;
  let two: TestContext;
  beforeAll(async () => {
    [one, two] = await Promise.all([startContext(enginesHere[0]!, 1), startContext(enginesHere[0]!, 2)]);
  });
  afterAll(() => {
    one.dispose();
    two.dispose();
  });

  const drawn = { batch: 2, keyHeads: 2, group: 2, n: 30, recent: 25, past: 7, d: 5, e: 6 };

  it("have the shapes of the inputs, the past apart, and take gradients and tangents of the weights", () => {
    const problem = { ...normalProblem(drawn, 9), mask: causal("bottom-right") };
    const { outputGradient, ...tangents } = movingOf(problem, 4);
    const random = seededRandom(6);
    const past = {
      key: randomNormal(random, problem.past!.key.shape),
      value: randomNormal(random, problem.past!.value.shape),
    };
    const weightsGradient = randomNormal(random, [2, 4, 30, 32]);
    const sizes = validateProblem(problem);
    for (const map of [elu, threeForms(12)[0]!]) {
      one.poison();
      const actual = linearVjp(one.context, problem, sizes, map, outputGradient, { weightsGradient });
      const expected = attentionVjp(asLinear(problem, map), outputGradient, { weightsGradient });
      const parts = ({ query, key, value, past }: typeof actual) => [query, key, value, past!.key, past!.value];
      for (const [index, gradient] of parts(actual).entries()) {
        expect(gradient.shape).toEqual(parts(expected)[index]!.shape);
        expect(relativeDistance(gradient.data, parts(expected)[index]!.data)).toBeLessThan(1e-5);
      }
      expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
      one.poison();
      const moved = linearJvp(one.context, problem, sizes, map, { ...tangents, past }, { weights: true });
      const expectedMoved = attentionJvp(asLinear(problem, map), { ...tangents, past }, { weights: true });
      for (const part of ["output", "weights"] as const) {
        expect(relativeDistance(moved[part]!.data, expectedMoved[part]!.data), part).toBeLessThan(1e-5);
        expect(moved[part]!.shape).toEqual(expectedMoved[part]!.shape);
      }
    }
  });

  it("take an absent tangent for 0", () => {
    const problem = normalProblem(drawn, 9);
    const sizes = validateProblem(problem);
    const { query, key, value } = movingOf(problem, 4);
    for (const tangents of [
      { query },
      { key },
      { value },
      { past: { key: randomNormal(seededRandom(1), [2, 2, 7, 5]) } },
      {},
    ]) {
      one.poison();
      const actual = linearJvp(one.context, problem, sizes, elu, tangents).output.data;
      const expected = attentionJvp(asLinear(problem, elu), tangents).output.data;
      expect(relativeDistance(actual, expected)).toBeLessThan(1e-5);
    }
  });

  it("give the same bits again, whoever computes them", () => {
    const random = seededRandom(8);
    const [query, key, value] = [0, 1, 2].map(() => randomNormal(random, [1, 2, 500, 40]));
    const problem = { query: query!, key: key!, value: value!, mask: causal() };
    const sizes = validateProblem(problem);
    const { outputGradient } = movingOf(problem, 4);
    for (const map of [elu, threeForms(24)[2]!]) {
      const gradients = ({ context, poison }: TestContext) => {
        poison();
        return linearVjp(context, problem, sizes, map, outputGradient);
      };
      const first = gradients(one);
      for (const again of [one, two].map(gradients)) {
        for (const part of ["query", "key", "value"] as const) {
          expect(firstDifference(again[part].data, first[part].data), part).toBe(-1);
        }
      }
    }
  });

  it("let no NaN through that no weight can reach", () => {
    const clean = normalProblem({ batch: 1, keyHeads: 1, group: 2, n: 90, recent: 90, past: 0, d: 3, e: 4 }, 12);
    const mask = and(causal({ offset: -1 }), padding({ keys: [70], queries: [60] }));
    const spoil = (source: Tensor, first: number) => {
      const data = Float32Array.from(toFloat64(source));
      const [, heads, rows, width] = source.shape as [number, number, number, number];
      for (let head = 0; head < heads; head += 1) {
        data.fill(Number.NaN, (head * rows + first) * width, (head + 1) * rows * width);
      }
      return { dtype: "float32", shape: source.shape, data } as const;
    };
    const blind = (source: Tensor) => {
      const data = Float32Array.from(toFloat64(source));
      const width = source.shape[3]!;
      for (let head = 0; head < source.shape[1]!; head += 1)
        data.fill(Number.NaN, head * 90 * width, (head * 90 + 1) * width);
      return { dtype: "float32", shape: source.shape, data } as const;
    };
    const spoiled = {
      query: blind(spoil(clean.query, 60)),
      key: spoil(clean.key, 59),
      value: spoil(clean.value, 59),
      mask,
    };
    const sizes = validateProblem(spoiled);
    for (const map of [elu, relu, ...threeForms(8)]) {
      const moving = movingOf(clean, 5);
      const outputGradient = blind(spoil(moving.outputGradient, 60));
      const tangents = { query: blind(moving.query), key: spoil(moving.key, 59), value: spoil(moving.value, 59) };
      const limits = rowSizes({ ...clean, mask }, map, moving);
      one.poison();
      const gradients = linearVjp(one.context, spoiled, sizes, map, outputGradient);
      const expected = attentionVjp(asLinear(spoiled, map), outputGradient);
      for (const part of ["query", "key", "value"] as const) {
        expect(gradients[part].data.every(Number.isFinite), `${nameOf(map)} ${part}`).toBe(true);
        expect(worstRow(gradients[part].data, expected[part].data, limits[part])).toBeLessThan(5e-6);
      }
      one.poison();
      const tangent = linearJvp(one.context, spoiled, sizes, map, tangents).output.data;
      expect(tangent.every(Number.isFinite)).toBe(true);
      const expectedTangent = attentionJvp(asLinear(spoiled, map), tangents).output.data;
      expect(worstRow(tangent, expectedTangent, limits.tangent)).toBeLessThan(5e-6);
    }
  });

  it("of one head are not drowned by the factors of the next", () => {
    const clean = normalProblem({ batch: 1, keyHeads: 2, group: 1, n: 9, recent: 9, past: 0, d: 2, e: 3 }, 3);
    for (let index = 0; index < 18; index += 1) clean.key.data[index]! *= 20;
    const problem = { ...clean, mask: causal(), scale: 1 };
    for (const map of threeForms(6)) {
      const moving = movingOf(problem, 2);
      const limits = rowSizes(problem, map, moving);
      one.poison();
      const gradients = linearVjp(one.context, problem, validateProblem(problem), map, moving.outputGradient);
      const expected = attentionVjp(asLinear(problem, map), moving.outputGradient);
      for (const part of ["query", "key", "value"] as const) {
        expect(worstRow(gradients[part].data, expected[part].data, limits[part]), map.form).toBeLessThan(5e-6);
      }
    }
  });

  it("are zeros for empty axes", () => {
    const problem = { query: zeros([1, 2, 3, 4]), key: zeros([1, 1, 0, 4]), value: zeros([1, 1, 0, 2]) };
    const sizes = validateProblem(problem);
    const gradients = linearVjp(one.context, problem, sizes, elu, zeros([1, 2, 3, 2]));
    expect(gradients).toEqual(attentionVjp(asLinear(problem, elu), zeros([1, 2, 3, 2])));
    expect(linearJvp(one.context, problem, sizes, elu, {})).toEqual(attentionJvp(asLinear(problem, elu), {}));
  });

  it("refuse what does not fit in the words of the float64 ones", () => {
    const problem = normalProblem(drawn, 9);
    const sizes = validateProblem(problem);
    const gradient = zeros([2, 4, 30, 6]);
    const wrong = zeros([1]);
    const context = () => one.context;
    const pairs: readonly (readonly [() => unknown, () => unknown])[] = [
      [() => linearVjp(context(), problem, sizes, elu, wrong), () => attentionVjp(asLinear(problem, elu), wrong)],
      [
        () => linearVjp(context(), problem, sizes, elu, gradient, { weightsGradient: wrong }),
        () => attentionVjp(asLinear(problem, elu), gradient, { weightsGradient: wrong }),
      ],
      [
        () => linearVjp(context(), problem, sizes, elu, gradient, { logSumExpGradient: zeros([2, 4, 30]) }),
        () => attentionVjp(asLinear(problem, elu), gradient, { logSumExpGradient: zeros([2, 4, 30]) }),
      ],
      [
        () => linearJvp(context(), problem, sizes, elu, { key: wrong }),
        () => attentionJvp(asLinear(problem, elu), { key: wrong }),
      ],
      [
        () => linearJvp(context(), problem, sizes, elu, { sinks: wrong }),
        () => attentionJvp(asLinear(problem, elu), { sinks: wrong }),
      ],
      [
        () => linearJvp(context(), problem, sizes, elu, {}, { logSumExp: true }),
        () => attentionJvp(asLinear(problem, elu), {}, { logSumExp: true }),
      ],
    ];
    for (const [actual, expected] of pairs) {
      let error: unknown;
      try {
        expected();
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(Error);
      expect(actual).toThrow(
        expect.objectContaining({ name: (error as Error).name, message: (error as Error).message }),
      );
    }
  });

  it("take memory in proportion to n and m", () => {
    const taken = (n: number) => {
      const random = seededRandom(1);
      const [query, key, value] = [0, 1, 2].map(() => randomNormal(random, [1, 1, n, 16]));
      const problem = { query: query!, key: key!, value: value!, mask: causal() };
      const { scratch } = one.context;
      scratch.release();
      scratch.resetPeak();
      linearVjp(one.context, problem, validateProblem(problem), elu, query!);
      return scratch.peakBytes;
    };
    const [small, large] = [taken(2000), taken(8000)];
    expect(large / small).toBeLessThan(4.1);
  });
});

import {
  type AttentionInputTangents,
  type AttentionProblem,
  attentionJvp,
  convert,
  createBackend,
  randomNormal,
  seededRandom,
  type Tensor,
  tensor,
  toFloat64,
  UnsupportedError,
} from "@xattn/core";
import { problemArbitrary } from "@xattn/core/testing";
import { causal, padding } from "@xattn/masking";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { Context } from "../backend/context.ts";
import { runs } from "../engine/choose.ts";
import { engines } from "../engine/engine.ts";
import { type CpuJvpOptions, cpuJvp } from "./jvp.ts";
import { testContext } from "./testing/context.ts";
import {
  conditioning,
  exactVariants,
  farthest,
  gradientSizes,
  namedInputs,
  namedResults,
  randomTangents,
  withNaN,
} from "./testing/problems.ts";
import { cpuVjp } from "./vjp.ts";

const here = engines.filter((engine) => runs(engine, true)).map(({ name }) => name);
const contexts: Context[] = [];
const contextOf = async (...of: Parameters<typeof testContext>) => {
  const context = await testContext(...of);
  contexts.push(context);
  return context;
};
afterAll(() => {
  for (const { pool } of contexts) pool.dispose();
});

function tangentsOf(
  context: Context,
  problem: AttentionProblem,
  tangents: AttentionInputTangents,
  options?: CpuJvpOptions,
) {
  try {
    return cpuJvp(context, problem, tangents, { logSumExp: true }, options);
  } finally {
    context.scratch.release();
  }
}

function expectReference(context: Context, problem: AttentionProblem, tangents: AttentionInputTangents) {
  const actual = namedResults(tangentsOf(context, problem, tangents));
  const expected = namedResults(attentionJvp(problem, tangents, { logSumExp: true }));
  const { name, distance } = farthest(actual, expected, 3e-2);
  expect(distance, name).toBeLessThanOrEqual(1e-5 * conditioning(problem));
}

const random = seededRandom(8);

const problem: AttentionProblem = {
  query: randomNormal(random, [2, 4, 70, 12]),
  key: randomNormal(random, [2, 2, 150, 12]),
  value: randomNormal(random, [2, 2, 150, 20]),
  past: { key: randomNormal(random, [2, 2, 10, 12]), value: randomNormal(random, [2, 2, 10, 20]) },
};

/** ⟨u, v⟩ over all names, and the size of its terms. */
function inner(left: Readonly<Record<string, Tensor>>, right: Readonly<Record<string, Tensor>>) {
  let [sum, size] = [0, 0];
  for (const name of Object.keys(right)) {
    const [a, b] = [toFloat64(left[name]!), toFloat64(right[name]!)];
    for (const [index, value] of a.entries()) {
      if (b[index] === 0) continue;
      sum += value * b[index]!;
      size += Math.abs(value * b[index]!);
    }
  }
  return { sum, size };
}

describe.each(here)("cpuJvp, %s kernels", (engine) => {
  it("is as the float64 reference", async () => {
    const context = await contextOf(engine, 1);
    fc.assert(
      fc.property(problemArbitrary(exactVariants, gradientSizes), (drawn) => {
        expectReference(context, drawn, randomTangents(random, drawn));
      }),
      { numRuns: Number(process.env.XATTN_RUNS ?? 25) },
    );
  }, 60_000);

  it("is adjoint to cpuVjp", async () => {
    const context = await contextOf(engine, 1);
    fc.assert(
      fc.property(problemArbitrary(exactVariants, gradientSizes), (drawn) => {
        const tangents = randomTangents(random, drawn);
        const pushed = namedResults(tangentsOf(context, drawn, tangents));
        const cotangents = {
          output: randomNormal(random, pushed.output!.shape),
          logSumExp: randomNormal(random, pushed.logSumExp!.shape),
        };
        const pulled = cpuVjp(context, drawn, cotangents.output, { logSumExpGradient: cotangents.logSumExp });
        context.scratch.release();
        const [ahead, back] = [inner(pushed, cotangents), inner(namedInputs(pulled), namedInputs(tangents))];
        const bound = 1e-5 * conditioning(drawn) * Math.max(ahead.size, back.size, 1);
        expect(Math.abs(ahead.sum - back.sum)).toBeLessThanOrEqual(bound);
      }),
      { numRuns: Number(process.env.XATTN_RUNS ?? 12) },
    );
  }, 60_000);

  it("does not let NaN through a mask", async () => {
    const context = await contextOf(engine, 1);
    const mask = padding({ keys: [70, 131], queries: [33, 64] });
    const m = 150;
    const hiddenKey = (row: number) => (row % m) + 10 >= (row < 2 * m ? 70 : 131);
    const hiddenQuery = (row: number) => row % 70 >= (row < 4 * 70 ? 33 : 64);
    const spoil = <Inputs extends AttentionInputTangents>(inputs: Inputs): Inputs => ({
      ...inputs,
      query: withNaN(inputs.query!, hiddenQuery),
      key: withNaN(inputs.key!, hiddenKey),
      value: withNaN(inputs.value!, hiddenKey),
    });
    const tangents = randomTangents(random, problem);
    const expected = namedResults(tangentsOf(context, { ...problem, mask }, tangents));
    const actual = namedResults(tangentsOf(context, spoil({ ...problem, mask }), spoil(tangents)));
    expect(farthest(actual, expected, 0).distance).toBeLessThan(1e-6);
    for (const value of Object.values(actual)) expect(toFloat64(value).every(Number.isFinite)).toBe(true);
  });

  it("spreads NaN in a value's tangent to the rows that read it, and to no other", async () => {
    const context = await contextOf(engine, 1);
    const tangents = { value: withNaN(randomNormal(random, problem.value.shape), (row) => row === 30) };
    expectReference(context, { ...problem, mask: causal() }, tangents);
  });
});

describe("cpuJvp", () => {
  const engine = here[0]!;

  it("takes any of the tangents, and the rest as 0", async () => {
    const context = await contextOf(engine, 2);
    const withAll: AttentionProblem = {
      ...problem,
      bias: randomNormal(random, [4, 1, 160]),
      sinks: tensor([4], Float32Array.of(-1, 0, 3, Number.NEGATIVE_INFINITY)),
    };
    const all = randomTangents(random, withAll);
    const parts: AttentionInputTangents[] = [
      {},
      { query: all.query },
      { key: all.key },
      { value: all.value },
      { past: { key: all.past!.key } },
      { past: { value: all.past!.value } },
      { bias: all.bias! },
      { sinks: all.sinks! },
    ];
    for (const tangents of parts) expectReference(context, withAll, tangents);
  });

  it("gives the same bits again, with 1 and 2 threads, and with an earlier forward pass nearly so", async () => {
    const tangents = randomTangents(random, problem);
    const [one, two] = [await contextOf(engine, 1), await contextOf(engine, 2)];
    const first = namedResults(tangentsOf(one, problem, tangents));
    for (const context of [one, two, two, two]) {
      expect(farthest(namedResults(tangentsOf(context, problem, tangents)), first, 0).distance).toBe(0);
    }
    const reference = createBackend("reference").attention(problem, { logSumExp: true });
    const given = namedResults(
      tangentsOf(one, problem, tangents, {
        forward: { output: convert(reference.output, "float32"), logSumExp: reference.logSumExp! },
      }),
    );
    expect(farthest(given, first, 0).distance).toBeLessThan(1e-6);
  });

  it("has the sink's tangent in the log-sum-exp where there are no keys at all", async () => {
    const context = await contextOf(engine, 1);
    const empty: AttentionProblem = {
      query: randomNormal(random, [1, 2, 3, 4]),
      key: randomNormal(random, [1, 2, 0, 4]),
      value: randomNormal(random, [1, 2, 0, 5]),
      sinks: tensor([2], Float32Array.of(1, 2)),
    };
    expectReference(context, empty, { sinks: tensor([2], Float32Array.of(3, 4)) });
  });

  it("refuses what it does not compute, by name", async () => {
    const context = await contextOf(engine, 1);
    const refused = (of: Partial<AttentionProblem>, tangents: AttentionInputTangents) => () =>
      tangentsOf(context, { ...problem, ...of }, tangents);
    expect(refused({ variant: { kind: "entmax" } }, {})).toThrow(UnsupportedError);
    expect(refused({}, { key: problem.query })).toThrow(/tangents\.key: shape/);
    expect(refused({}, { bias: problem.query })).toThrow(/tangents\.bias: given/);
    expect(() => cpuJvp(context, problem, {}, { weights: true })).toThrow(/outputs\.weights/);
  });
});

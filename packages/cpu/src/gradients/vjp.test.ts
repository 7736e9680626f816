import {
  type AttentionProblem,
  attentionVjp,
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
import { vjpBytes } from "./memory.ts";
import { testContext } from "./testing/context.ts";
import {
  conditioning,
  exactVariants,
  farthest,
  gradientSizes,
  insideTensor,
  namedInputs,
  withNaN,
} from "./testing/problems.ts";
import { type CpuVjpOptions, cpuVjp } from "./vjp.ts";

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

function gradientsOf(context: Context, problem: AttentionProblem, outputGradient: Tensor, options?: CpuVjpOptions) {
  try {
    return namedInputs(cpuVjp(context, problem, outputGradient, options));
  } finally {
    context.scratch.release();
  }
}

function expectReference(context: Context, problem: AttentionProblem, outputGradient: Tensor, options?: CpuVjpOptions) {
  const actual = gradientsOf(context, problem, outputGradient, options);
  const expected = namedInputs(attentionVjp(problem, outputGradient, options));
  const { name, distance } = farthest(actual, expected, 3e-2);
  expect(distance, name).toBeLessThanOrEqual(1e-5 * conditioning(problem));
}

const random = seededRandom(7);
const like = (problem: AttentionProblem) => {
  const [b, h, n] = problem.query.shape as [number, number, number];
  return randomNormal(random, [b, h, n, problem.value.shape[3]!]);
};

/** Several tiles, blocks and heads; keys of the past. */
const problem: AttentionProblem = {
  query: randomNormal(random, [2, 4, 70, 12]),
  key: randomNormal(random, [2, 2, 150, 12]),
  value: randomNormal(random, [2, 2, 150, 20]),
  past: { key: randomNormal(random, [2, 2, 10, 12]), value: randomNormal(random, [2, 2, 10, 20]) },
};

describe.each(here)("cpuVjp, %s kernels", (engine) => {
  it("is as the float64 reference", async () => {
    const context = await contextOf(engine, 1);
    fc.assert(
      fc.property(problemArbitrary(exactVariants, gradientSizes), fc.boolean(), (drawn, withLogSumExp) => {
        const [b, h, n] = drawn.query.shape as [number, number, number];
        const options = withLogSumExp ? { logSumExpGradient: randomNormal(random, [b, h, n]) } : {};
        expectReference(context, drawn, like(drawn), options);
      }),
      { numRuns: Number(process.env.XATTN_RUNS ?? 25) },
    );
  }, 60_000);

  it("does not let NaN through a mask", async () => {
    const context = await contextOf(engine, 1);
    const mask = padding({ keys: [70, 131], queries: [33, 64] });
    const m = 150;
    // In rows of key and value, after 10 of the past: beyond the allowed keys of the batch entry.
    const hiddenKey = (row: number) => (row % m) + 10 >= (row < 2 * m ? 70 : 131);
    const hiddenQuery = (row: number) => row % 70 >= (row < 4 * 70 ? 33 : 64);
    const clean = like(problem);
    const masked = { ...problem, mask, sinks: tensor([4], Float32Array.of(1, 2, 3, 4)) };
    const spoiled: AttentionProblem = {
      ...masked,
      query: withNaN(problem.query, hiddenQuery),
      key: withNaN(problem.key, hiddenKey),
      value: withNaN(problem.value, hiddenKey),
    };
    const expected = gradientsOf(context, masked, clean);
    const actual = gradientsOf(context, spoiled, withNaN(clean, hiddenQuery));
    expect(farthest(actual, expected, 0).distance).toBeLessThan(1e-6);
    for (const value of Object.values(actual)) expect(toFloat64(value).every(Number.isFinite)).toBe(true);
  });

  it("spreads NaN in the output's gradient to the keys that the row reads, and to no other", async () => {
    const context = await contextOf(engine, 1);
    const spoiled = withNaN(like(problem), (row) => row === 2 * 70 + 5);
    expectReference(context, { ...problem, mask: causal() }, spoiled);
  });
});

describe("cpuVjp", () => {
  const engine = here[0]!;

  it.each([
    ["one head", { query: [1, 1, 200, 16], key: [1, 1, 180, 16], value: [1, 1, 180, 16] }],
    ["three heads", { query: [1, 3, 100, 16], key: [1, 3, 100, 16], value: [1, 3, 100, 16] }],
  ])("shares %s between threads, with the same bits every time", async (_, shapes) => {
    const [one, two] = [await contextOf(engine, 1), await contextOf(engine, 2)];
    for (const mask of [undefined, causal("bottom-right")]) {
      for (const biasShape of [undefined, [shapes.key[2]!], [shapes.query[2]!, shapes.key[2]!]]) {
        const bias = biasShape && randomNormal(random, biasShape);
        const drawn: AttentionProblem = {
          query: randomNormal(random, shapes.query),
          key: randomNormal(random, shapes.key),
          value: randomNormal(random, shapes.value),
          ...(mask && { mask }),
          ...(bias && { bias }),
        };
        const outputGradient = like(drawn);
        const expected = namedInputs(attentionVjp(drawn, outputGradient));
        for (const context of [one, two]) {
          const first = gradientsOf(context, drawn, outputGradient);
          expect(farthest(first, expected, 3e-2).distance).toBeLessThan(1e-5);
          for (let again = 0; again < 3; again += 1) {
            expect(farthest(gradientsOf(context, drawn, outputGradient), first, 0).distance).toBe(0);
          }
        }
      }
    }
  });

  it("takes the results of an earlier forward pass, also with sinks and rows without keys", async () => {
    const context = await contextOf(engine, 1);
    const drawn = {
      ...problem,
      mask: causal({ offset: -20 }),
      sinks: tensor([4], Float32Array.of(-1, 0, 3, Number.NEGATIVE_INFINITY)),
    };
    const { output, logSumExp } = createBackend("reference").attention(drawn, { logSumExp: true });
    const forward = { output: convert(output, "float32"), logSumExp: logSumExp! };
    const outputGradient = like(drawn);
    const expected = gradientsOf(context, drawn, outputGradient);
    const actual = gradientsOf(context, drawn, outputGradient, { forward });
    expect(farthest(actual, expected, 0).distance).toBeLessThan(1e-6);
    const other = { output: forward.output, logSumExp: tensor([2, 4, 70], new Float64Array(560).fill(9)) };
    expect(
      farthest(gradientsOf(context, drawn, outputGradient, { forward: other }), expected, 0).distance,
    ).not.toBeLessThan(0.1);
  });

  it("gives every input its gradient where an axis has length 0", async () => {
    const context = await contextOf(engine, 1);
    const empty: AttentionProblem = {
      query: randomNormal(random, [1, 2, 3, 4]),
      key: randomNormal(random, [1, 2, 0, 4]),
      value: randomNormal(random, [1, 2, 0, 5]),
      sinks: tensor([2], Float32Array.of(1, 2)),
    };
    expectReference(context, empty, like(empty));
  });

  it("takes memory linear in n + m, as planned", async () => {
    const context = await contextOf(engine, 2);
    const shape = { d: 24, e: 40, stages: [], masked: false, bias: false };
    const sizes = { batch: 1, heads: 2, keyHeads: 1, n: 1000, m: 3000, d: 24, e: 40 };
    const large: AttentionProblem = {
      query: insideTensor(context, [1, 2, 1000, 24]),
      key: insideTensor(context, [1, 1, 3000, 24]),
      value: insideTensor(context, [1, 1, 3000, 40]),
    };
    const outputGradient = insideTensor(context, [1, 2, 1000, 40]);
    gradientsOf(context, large, outputGradient);
    context.scratch.resetPeak();
    const before = context.heap.memory.buffer.byteLength;
    gradientsOf(context, large, outputGradient);
    expect(context.heap.memory.buffer.byteLength).toBe(before);
    const { extra, gradients } = vjpBytes(context.engine, 2, sizes, shape);
    expect(context.scratch.peakBytes).toBeLessThanOrEqual(extra + gradients + 4096);
    expect(context.scratch.peakBytes).toBeGreaterThanOrEqual(extra + gradients);
    const long = { batch: 1, heads: 1, keyHeads: 1, n: 65536, m: 65536, d: 64, e: 64 };
    const planned = vjpBytes(context.engine, 2, long, { ...shape, d: 64, e: 64 });
    expect(planned.extra).toBeLessThan(40 * 2 ** 20);
  });

  it("adds gradients up in the backend's tensors, with the same bits and no memory besides", async () => {
    const context = await contextOf(engine, 2);
    const shapes = { query: [1, 2, 520, 48], key: [1, 1, 304, 48], value: [1, 1, 304, 48] };
    const placed = {
      query: insideTensor(context, shapes.query),
      key: insideTensor(context, shapes.key),
      value: insideTensor(context, shapes.value),
    };
    const outputGradient = insideTensor(context, [1, 2, 520, 48]);
    const expected = gradientsOf(context, placed, outputGradient);
    const into = {
      query: insideTensor(context, shapes.query),
      key: insideTensor(context, shapes.key),
      value: insideTensor(context, shapes.value),
    };
    context.scratch.release();
    context.scratch.resetPeak();
    const actual = cpuVjp(context, placed, outputGradient, { into });
    for (const name of ["query", "key", "value"] as const) {
      expect(actual[name]).toBe(into[name]);
      expect(toFloat64(into[name])).toEqual(toFloat64(expected[name] as Tensor));
    }
    const sizes = { batch: 1, heads: 2, keyHeads: 1, n: 520, m: 304, d: 48, e: 48 };
    const plain = { d: 48, e: 48, stages: [], masked: false, bias: false };
    expect(context.scratch.peakBytes).toBeLessThanOrEqual(vjpBytes(context.engine, 2, sizes, plain).extra + 4096);
    context.scratch.release();
  });

  it.each([
    ["in ordinary memory", problem],
    ["of padded rows", { ...problem, past: undefined }],
  ])("writes gradients to tensors %s", async (_, { past, ...rest }) => {
    const context = await contextOf(engine, 1);
    const drawn: AttentionProblem = { ...rest, ...(past && { past }) };
    const outputGradient = like(drawn);
    const expected = gradientsOf(context, drawn, outputGradient);
    const inside = !past;
    const like32 = ({ shape }: Tensor) =>
      inside ? insideTensor(context, shape) : tensor(shape, new Float32Array(shape.reduce((a, b) => a * b, 1)));
    const into = { query: like32(drawn.query), key: like32(drawn.key), value: like32(drawn.value) };
    const actual = gradientsOf(context, drawn, outputGradient, { into });
    expect(actual.value).toBe(into.value);
    expect(farthest(actual, expected, 0).distance).toBe(0);
  });

  it("refuses to write gradients where something is still read", async () => {
    const context = await contextOf(engine, 1);
    const query = tensor(problem.query.shape, new Float32Array(problem.query.data));
    const outputGradient = like(problem);
    const refused = (into: CpuVjpOptions["into"]) => () =>
      gradientsOf(context, { ...problem, query }, outputGradient, { into: into! });
    expect(refused({ query })).toThrow("options.into.query: shares memory with query");
    expect(refused({ key: query })).toThrow(/options\.into\.key: shape/);
    expect(refused({ value: tensor(problem.value.shape, toFloat64(problem.value)) as never })).toThrow(/is float64/);
    const twice = tensor([2, 2, 150, 12], new Float32Array(7200));
    const other = tensor([2, 4, 70, 12], new Float32Array(twice.data.buffer, 0, 6720));
    expect(refused({ key: twice, query: other })).toThrow("options.into.key: shares memory with options.into.query");
  });

  it("refuses what it does not compute, by name", async () => {
    const context = await contextOf(engine, 1);
    const outputGradient = like(problem);
    const refused = (of: Partial<AttentionProblem>, options?: CpuVjpOptions) => () =>
      gradientsOf(context, { ...problem, ...of }, outputGradient, options);
    expect(refused({ variant: { kind: "topK", k: 2 } })).toThrow(UnsupportedError);
    expect(refused({}, { weightsGradient: outputGradient })).toThrow(/options\.weightsGradient/);
    expect(refused({ scale: Number.NaN })).toThrow(/scale/);
    expect(refused({}, { logSumExpGradient: outputGradient })).toThrow(/options\.logSumExpGradient: shape/);
    const forward = { output: outputGradient, logSumExp: outputGradient };
    expect(refused({}, { forward })).toThrow(/options\.forward\.logSumExp: shape/);
    const double = tensor(problem.query.shape, toFloat64(problem.query));
    expect(refused({ query: double })).toThrow(/query: .*float64/);
    expect(() => gradientsOf(context, problem, problem.query)).toThrow(/outputGradient: shape/);
  });
});

import { type AttentionProblem, createBackend, randomNormal, seededRandom, type Tensor, toFloat64 } from "@xattn/core";
import { type DrawnSizes, problemArbitrary, relativeDistance } from "@xattn/core/testing";
import { causal, window } from "@xattn/masking";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { runs } from "../engine/choose.ts";
import { engines } from "../engine/engine.ts";
import { type CpuBackend, createCpuBackend } from "./backend.ts";

const reference = createBackend("reference");

const sizes: fc.Arbitrary<DrawnSizes> = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  keyHeads: fc.integer({ min: 1, max: 2 }),
  group: fc.integer({ min: 1, max: 3 }),
  n: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(1, 19, 20, 21, 24, 25, 61)),
  m: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 64, 77, 256, 257, 300)),
  past: fc.constantFrom(0, 0, 1, 5),
  d: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 33, 64)),
  e: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 20, 48, 64)),
});

/** Float32 rounds large logits by more: how large they are beside those of unit Gaussians. */
function magnitude(logSumExp: Tensor): number {
  const finite = toFloat64(logSumExp).filter(Number.isFinite);
  return finite.reduce((most, one) => Math.max(most, Math.abs(one) / 10), 1);
}

const decodeSizes: fc.Arbitrary<DrawnSizes> = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  keyHeads: fc.integer({ min: 1, max: 2 }),
  group: fc.integer({ min: 1, max: 4 }),
  n: fc.constantFrom(1, 2),
  m: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(255, 256, 300)),
  past: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(0, 255, 256, 513)),
  d: fc.constantFrom(8, 16, 24, 64),
  e: fc.constantFrom(16, 32, 64),
});

const variants = fc.constantFrom({ kind: "standard" } as const, { kind: "chunked" } as const);

const here = engines.filter((engine) => runs(engine, true)).map(({ name }) => name);

describe.each(here)("exact attention, %s kernels", (engine) => {
  let backend: CpuBackend;
  const compute = async (problem: AttentionProblem) => {
    backend ??= await createCpuBackend({ engine, threads: 1 });
    return backend.attention(problem, { weights: true, logSumExp: true });
  };
  afterAll(() => backend?.dispose());

  it("is as the float64 reference", async () => {
    await fc.assert(
      fc.asyncProperty(problemArbitrary(variants, sizes), async (problem) => {
        const actual = await compute(problem);
        const expected = reference.attention(problem, { weights: true, logSumExp: true });
        for (const part of ["output", "weights", "logSumExp"] as const) {
          const distance = relativeDistance(
            toFloat64(actual[part]!),
            toFloat64(expected[part]!),
            part === "logSumExp" ? 1 : 1e-3,
          );
          expect(distance, part).toBeLessThanOrEqual(2e-6 * magnitude(expected.logSumExp!));
        }
      }),
      { numRuns: Number(process.env.XATTN_RUNS ?? 150) },
    );
  }, 60_000);

  it("reads the keys and values of few queries where they lie, past ones too", async () => {
    await fc.assert(
      fc.asyncProperty(problemArbitrary(variants, decodeSizes), async (drawn) => {
        const { mask, bias, ...problem } = drawn;
        const actual = await compute(problem);
        const expected = reference.attention(problem, { weights: true, logSumExp: true });
        for (const part of ["output", "weights", "logSumExp"] as const) {
          const distance = relativeDistance(
            toFloat64(actual[part]!),
            toFloat64(expected[part]!),
            part === "logSumExp" ? 1 : 1e-3,
          );
          expect(distance, part).toBeLessThanOrEqual(2e-6 * magnitude(expected.logSumExp!));
        }
      }),
      { numRuns: Number(process.env.XATTN_RUNS ?? 60) },
    );
  }, 60_000);

  it.each([causal(), window(40, 3)])("goes on over many blocks of keys: %j", async (mask) => {
    const random = seededRandom(11);
    const problem = {
      query: randomNormal(random, [1, 2, 900, 64]),
      key: randomNormal(random, [1, 2, 900, 64]),
      value: randomNormal(random, [1, 2, 900, 64]),
      mask,
    };
    const { output } = await compute(problem);
    expect(relativeDistance(toFloat64(output), toFloat64(reference.attention(problem).output))).toBeLessThan(1e-6);
  });
});

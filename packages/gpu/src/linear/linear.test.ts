import {
  type AttentionProblem,
  convert,
  createBackend,
  randomNormal,
  referenceLinearAttention,
  seededRandom,
  tensor,
  toFloat64,
  zeros,
} from "@xattn/core";
import { relativeDistance } from "@xattn/core/testing";
import { type Alignment, and, causal, type Mask, padding, window } from "@xattn/masking";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { GpuBackend } from "../backend/backend.ts";
import { createGpuBackend } from "../backend/backend.ts";
import { backend, describeOnDevice } from "../testing/open.ts";
import { smallest } from "../testing/pair.ts";
import { gaussian } from "../testing/problems.ts";

const reference = createBackend("reference");

const sizes = fc.record({
  batch: fc.constantFrom(1, 2),
  keyHeads: fc.integer({ min: 1, max: 2 }),
  group: fc.constantFrom(1, 1, 3),
  n: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(31, 33, 100)),
  m: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(63, 64, 65, 140)),
  past: fc.constantFrom(0, 0, 5, 70),
  // Few widths: each pair of them is three shaders.
  widths: fc.constantFrom([3, 5], [16, 20], [70, 8], [8, 70]),
  seed: fc.nat(1e6),
});
type Sizes = typeof sizes extends fc.Arbitrary<infer Drawn> ? Drawn : never;

function masks({ batch, n, m, past }: Sizes): fc.Arbitrary<Mask | undefined> {
  const entries = <Item>(item: fc.Arbitrary<Item>) => fc.array(item, { minLength: batch, maxLength: batch });
  const offset = fc.integer({ min: -40, max: 90 });
  const alignment: fc.Arbitrary<Alignment> = fc.oneof(
    fc.constantFrom<Alignment>("top-left", "bottom-right"),
    fc.oneof(offset, entries(offset)).map((value) => ({ offset: value })),
  );
  const paddings = fc
    .tuple(entries(fc.nat(m + past)), entries(fc.nat(n)), fc.boolean())
    .map(([keys, queries, both]) => padding(both ? { keys, queries } : { keys }));
  return fc.oneof(
    fc.constant(undefined),
    alignment.map(causal),
    paddings,
    fc.tuple(alignment.map(causal), paddings).map((parts) => and(...parts)),
  );
}

const drawn = sizes
  .chain((own) => fc.tuple(fc.constant(own), masks(own), fc.constantFrom("elu+1", "relu")))
  .map(([{ batch, keyHeads, group, n, m, past, widths, seed }, mask, kind]): AttentionProblem => {
    const random = seededRandom(seed);
    const [d, e] = widths as [number, number];
    return {
      query: randomNormal(random, [batch, keyHeads * group, n, d]),
      key: randomNormal(random, [batch, keyHeads, m, d]),
      value: randomNormal(random, [batch, keyHeads, m, e]),
      variant: { kind: "linear", featureMap: { kind } as { kind: "relu" } },
      ...(mask && { mask }),
      ...(past > 0 && {
        past: {
          key: randomNormal(random, [batch, keyHeads, past, d]),
          value: randomNormal(random, [batch, keyHeads, past, e]),
        },
      }),
    };
  });

async function expectAsReference(gpu: GpuBackend, problem: AttentionProblem, tolerance: number, weights: boolean) {
  const actual = await gpu.attention(problem, weights ? { weights } : {});
  const expected = reference.attention(problem, weights ? { weights } : {});
  expect(actual.path).toContain("webgpu/linear");
  for (const part of weights ? (["output", "weights"] as const) : (["output"] as const)) {
    expect(actual[part]!.shape).toEqual(expected[part]!.shape);
    const floor = part === "output" ? 0.05 : 1e-3;
    const distance = relativeDistance(toFloat64(actual[part]!), toFloat64(expected[part]!), floor);
    expect(distance, part).toBeLessThanOrEqual(tolerance);
  }
}

describeOnDevice("linear attention on the device", () => {
  let small: GpuBackend;
  beforeAll(async () => {
    small = await smallest(backend());
  });
  afterAll(async () => {
    await small?.dispose();
    await backend().dispose();
  });

  it("is as the float64 reference: masks, heads, past, ragged sizes, weights", async () => {
    await fc.assert(
      fc.asyncProperty(drawn, fc.boolean(), async (problem, weights) => {
        await expectAsReference(weights ? small : backend(), problem, 2e-6, weights);
      }),
      { numRuns: Number(process.env.XATTN_RUNS ?? 24) },
    );
    expect(backend().memory().buffers).toBe(0);
  }, 300_000);

  it.each([
    ["float16", 2e-3],
    ["bfloat16", 1.6e-2],
  ] as const)("takes and gives %s", async (dtype, tolerance) => {
    const { query, key, value } = gaussian(40, 70, 16, 2, 7);
    const problem: AttentionProblem = {
      query: convert(query, dtype),
      key: convert(key, dtype),
      value: convert(value, dtype),
      mask: causal(),
      variant: { kind: "linear" },
    };
    await expectAsReference(backend(), problem, tolerance, false);
  });

  it("takes features that are given, negative ones too", async () => {
    const { query, key, value } = gaussian(30, 50, 24);
    const positive = (data: Float32Array) => data.map((x) => Math.exp(x / 4));
    const given = {
      query: tensor(query.shape, positive(query.data)),
      key: tensor(key.shape, positive(key.data)),
      value,
      mask: causal("bottom-right"),
    };
    const { output } = await backend().attention({
      ...given,
      variant: { kind: "linear", featureMap: { kind: "given" } },
    });
    // Features that are not negative pass the reference's relu as they are.
    const expected = referenceLinearAttention(given, { kind: "relu" }).output;
    expect(relativeDistance(toFloat64(output), toFloat64(expected))).toBeLessThan(2e-6);
    // Negative ones stay negative.
    const odd = {
      ...given,
      query: tensor(
        query.shape,
        positive(query.data).map((x, at) => (at % 2 ? -x : 4 * x)),
      ),
    };
    const mapped = await backend().attention({ ...odd, variant: { kind: "linear", featureMap: { kind: "given" } } });
    const cut = referenceLinearAttention(odd, { kind: "relu" }).output;
    expect(relativeDistance(toFloat64(mapped.output), toFloat64(cut))).toBeGreaterThan(1e-3);
  });

  it("chains on the device, in one submission", async () => {
    const { query, key, value } = gaussian(40, 40, 16);
    const [q, k, v] = await Promise.all([query, key, value].map((one) => backend().upload(one)));
    const variant = { kind: "linear" } as const;
    const before = backend().counts();
    const first = await backend().attend({ query: q!, key: k!, value: v!, variant, mask: causal() }, { weights: true });
    const second = await backend().attend({ query: first.output, key: k!, value: v!, variant });
    const result = await backend().download(second.output);
    const after = backend().counts();
    expect(after.submissions - before.submissions).toBe(1);
    expect(after.dispatches - before.dispatches).toBe(7);
    const middle = reference.attention({ query, key, value, variant, mask: causal() });
    const expected = reference.attention({ query: middle.output, key, value, variant });
    expect(relativeDistance(toFloat64(result), toFloat64(expected.output))).toBeLessThan(2e-6);
    const weights = await backend().download(first.weights!);
    const exact = reference.attention({ query, key, value, variant, mask: causal() }, { weights: true }).weights!;
    expect(relativeDistance(toFloat64(weights), toFloat64(exact))).toBeLessThan(2e-6);
    for (const one of [q!, k!, v!, first.output, first.weights!, second.output]) backend().free(one);
    backend().submit();
    expect(backend().memory().buffers).toBe(0);
  });

  it("goes through small bindings head by head", async () => {
    const limited = await createGpuBackend({
      device: backend().device,
      limits: { maxStorageBufferBindingSize: 65_536 },
    });
    const random = seededRandom(4);
    const problem: AttentionProblem = {
      query: randomNormal(random, [2, 4, 90, 16]),
      key: randomNormal(random, [2, 2, 90, 16]),
      value: randomNormal(random, [2, 2, 90, 16]),
      variant: { kind: "linear" },
      mask: and(causal({ offset: [3, -8] }), padding({ keys: [90, 70] })),
    };
    const before = limited.counts().submissions;
    await expectAsReference(limited, problem, 2e-6, true);
    expect(limited.counts().submissions - before).toBe(4);
    const long = { ...problem, query: zeros([2, 4, 600, 16]) };
    await expect(limited.attention(long)).rejects.toThrow("query: one head needs");
    await limited.dispose();
  });

  it("lets NaN reach the rows that see it, and no other", async () => {
    const problem = { ...gaussian(90, 90, 8), variant: { kind: "linear" } as const, mask: causal() };
    problem.key.data[70 * 8 + 3] = Number.NaN;
    problem.value.data[90 * 8 + 75 * 8] = Number.NaN;
    const { output } = await backend().attention(problem);
    const rows = Array.from({ length: 180 }, (_, row) => output.data.subarray(row * 8, row * 8 + 8).some(Number.isNaN));
    expect(rows).toEqual(Array.from({ length: 180 }, (_, row) => (row < 90 ? row >= 70 : row >= 90 + 75)));
  });

  it("gives zeros where there is nothing to see", async () => {
    for (const [n, m, d, e] of [
      [3, 0, 4, 4],
      [0, 3, 4, 4],
      [3, 4, 4, 0],
    ] as const) {
      const problem = {
        query: zeros([1, 2, n, d]),
        key: zeros([1, 2, m, d]),
        value: zeros([1, 2, m, e]),
        variant: { kind: "linear" } as const,
      };
      await expectAsReference(backend(), problem, 0, true);
    }
  });

  it("refuses what it does not compute", async () => {
    const problem = gaussian(5, 5);
    const linear = { ...problem, variant: { kind: "linear" } as const };
    const random = { kind: "favor+", features: 8, form: "positive", orthogonal: true, seed: 1 } as const;
    const refused = [
      [{ ...problem, variant: { kind: "linear", featureMap: random } as const }, /random features.*"given"/],
      [{ ...linear, mask: window(3, 3) }, /mask: "window"/],
      [{ ...linear, bias: zeros([5, 5]) }, /bias/],
      [{ ...linear, key: zeros([1, 2, 5, 16], "float64") }, /key: .*float64/],
      [{ ...linear, scale: -1 }, /scale: -1/],
    ] as const;
    for (const [wrong, message] of refused) {
      const failure = backend().attention(wrong);
      await expect(failure).rejects.toThrow(message);
      await expect(failure).rejects.toMatchObject({ name: "UnsupportedError" });
    }
    await expect(backend().attention(linear, { logSumExp: true })).rejects.toThrow("outputs.logSumExp");
    await expect(backend().attention({ ...linear, value: zeros([1, 2, 4, 16]) })).rejects.toThrow("value: shape");
  });
});

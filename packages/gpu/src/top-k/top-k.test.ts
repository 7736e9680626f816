import {
  type AttentionProblem,
  convert,
  createBackend,
  fromNumbers,
  randomNormal,
  referenceLogits,
  seededRandom,
  toFloat64,
  zeros,
} from "@xattn/core";
import { problemArbitrary, relativeDistance } from "@xattn/core/testing";
import { causal, window } from "@xattn/masking";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import type { GpuBackend } from "../backend/backend.ts";
import { backend, describeOnDevice } from "../testing/open.ts";
import { smallest } from "../testing/pair.ts";
import { gaussian, magnitude } from "../testing/problems.ts";

const reference = createBackend("reference");

const sizes = fc.record({
  batch: fc.constantFrom(1, 2),
  keyHeads: fc.constantFrom(1, 2),
  group: fc.constantFrom(1, 3),
  n: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(1, 17)),
  m: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(33, 150)),
  past: fc.constantFrom(0, 0, 5),
  d: fc.constantFrom(3, 8, 40),
  e: fc.constantFrom(2, 16),
});
const variants = fc.constantFrom(1, 2, 7, 31, 64).map((k) => ({ kind: "topK" as const, k }));
const drawn = fc.tuple(problemArbitrary(variants, sizes), fc.constantFrom({}, { weights: true }, { logSumExp: true }));

/** Rows whose kth and next logit are so close that float32 may take either. */
function closeRows(problem: AttentionProblem): ReadonlySet<number> {
  const k = problem.variant?.kind === "topK" ? problem.variant.k : 0;
  const logits = referenceLogits(problem, "masked");
  const m = logits.shape[3]!;
  const close = new Set<number>();
  for (let row = 0; row < logits.data.length / m; row += 1) {
    const sorted = [...logits.data.subarray(row * m, (row + 1) * m)].sort((left, right) => right - left);
    const gap = (sorted[k - 1] ?? 0) - (sorted[k] ?? Number.NEGATIVE_INFINITY);
    if (gap < 1e-5 * Math.max(1, Math.abs(sorted[k - 1] ?? 0))) close.add(row);
  }
  return close;
}

async function expectAsReference(
  gpu: GpuBackend,
  problem: AttentionProblem,
  asked: { readonly weights?: boolean; readonly logSumExp?: boolean },
  tolerance: number,
): Promise<void> {
  const actual = await gpu.attention(problem, asked);
  const expected = reference.attention(problem, { weights: true, logSumExp: true });
  const close = closeRows(problem);
  for (const part of ["output", "weights", "logSumExp"] as const) {
    if (part !== "output" && !asked[part]) continue;
    const width = part === "logSumExp" ? 1 : expected[part]!.shape[3]!;
    const clear = (data: Float64Array) => data.map((value, at) => (close.has(Math.floor(at / width)) ? 0 : value));
    const floor = { output: 0.05, weights: 1e-3, logSumExp: 1 }[part];
    const distance = relativeDistance(clear(toFloat64(actual[part]!)), clear(toFloat64(expected[part]!)), floor);
    expect(distance, `${part} by ${actual.path}`).toBeLessThanOrEqual(tolerance * magnitude(expected.logSumExp!));
  }
}

describeOnDevice("top-k attention on the device", () => {
  afterAll(() => backend().dispose());

  it("is as the float64 reference: masks, modifiers, bias, sinks, past, grouped heads, ragged sizes", async () => {
    await fc.assert(
      fc.asyncProperty(drawn, drawn, async (...pair) => {
        await Promise.all(pair.map(([problem, asked]) => expectAsReference(backend(), problem, asked, 2e-6)));
      }),
      { numRuns: Number(process.env.XATTN_RUNS ?? 20) / 2 },
    );
    expect(backend().memory().buffers).toBe(0);
  }, 300_000);

  it("takes in growing and falling logits, in little memory too, and half precision", async () => {
    const small = await smallest(backend());
    for (const sign of [1, -1]) {
      // Logits that grow with the key are all taken in; those that fall, never again after the first k.
      const problem: AttentionProblem = {
        query: fromNumbers([1, 1, 9, 4], new Array(36).fill(sign), "float32"),
        key: fromNumbers(
          [1, 1, 300, 4],
          Array.from({ length: 1200 }, (_, at) => Math.floor(at / 4) / 100),
          "float32",
        ),
        value: randomNormal(seededRandom(2), [1, 1, 300, 8]),
        variant: { kind: "topK", k: 50 },
      };
      await expectAsReference(small, problem, { weights: true }, 2e-6);
    }
    const { query, key, value } = gaussian(20, 60, 8);
    const half = { query: convert(query, "float16"), key: convert(key, "float16"), value: convert(value, "float16") };
    await expectAsReference(backend(), { ...half, variant: { kind: "topK", k: 5 } }, {}, 2e-3);
    await small.dispose();
  }, 60_000);

  it("keeps the earlier of equal logits", async () => {
    const problem: AttentionProblem = {
      query: fromNumbers([1, 1, 2, 1], [1, 1], "float32"),
      key: fromNumbers([1, 1, 100, 1], new Array(100).fill(2), "float32"),
      value: fromNumbers(
        [1, 1, 100, 1],
        Array.from({ length: 100 }, (_, at) => at),
        "float32",
      ),
      variant: { kind: "topK", k: 3 },
    };
    const { weights, output } = await backend().attention(problem, { weights: true });
    expect([...output.data].map((value) => Math.round(value * 1e5) / 1e5)).toEqual([1, 1]);
    expect([...weights!.data].flatMap((weight, at) => (weight > 0 ? [at] : []))).toEqual([0, 1, 2, 100, 101, 102]);
  });

  it("is exact attention where k is not below the keys, and skips tiles of a band", async () => {
    const problem = { ...gaussian(20, 30), variant: { kind: "topK", k: 30 } as const };
    expect((await backend().attention(problem)).path).toContain("fused");
    const band: AttentionProblem = { ...gaussian(90, 90), mask: window(12, 0), variant: { kind: "topK", k: 4 } };
    await expectAsReference(backend(), band, {}, 2e-6);
  });

  it("leaves values that are not kept unread, and stays on the device", async () => {
    const problem = { ...gaussian(10, 40), mask: causal("bottom-right"), variant: { kind: "topK", k: 3 } as const };
    const clean = await backend().attention(problem, { weights: true });
    const kept = new Set([...clean.weights!.data].flatMap((weight, at) => (weight > 0 ? [at % 40] : [])));
    for (let row = 0; row < 80; row += 1) {
      if (!kept.has(row % 40)) problem.value.data.fill(Number.NaN, row * 16, (row + 1) * 16);
    }
    const value = await backend().upload(problem.value);
    const { output } = await backend().attend({ ...problem, value });
    expect((await backend().download(output)).data).toEqual(clean.output.data);
    backend().free(output);
    backend().free(value);
    backend().submit();
    expect(backend().memory().buffers).toBe(0);
  });

  it("refuses what does not fit, with the reason", async () => {
    const problem = gaussian(4, 5000, 8);
    const kept = (k: number) => backend().attention({ ...problem, variant: { kind: "topK", k } });
    await expect(kept(4000)).rejects.toThrow(
      /variant\.k: 4000 .* workgroup memory; needs k ≤ \d+, or k ≥ the 5000 keys/,
    );
    await expect(kept(4000)).rejects.toMatchObject({ name: "UnsupportedError" });
    await expect(kept(0)).rejects.toThrow(/k/);
    const past = { key: zeros([1, 2, 1, 8]), value: zeros([1, 2, 1, 8]) };
    const small = await smallest(backend());
    const full = { ...problem, past, bias: zeros([5001]), mask: causal(), variant: { kind: "topK", k: 3 } as const };
    await expect(small.attention(full, { weights: true })).rejects.toThrow(/binds 9 buffers, and the device allows 8/);
    await small.dispose();
  });
});

import {
  type AttentionProblem,
  attentionVjp,
  createBackend,
  fromNumbers,
  randomNormal,
  seededRandom,
  type Tensor,
  toFloat64,
  zeros,
} from "@xattn/core";
import { type DrawnSizes, exactVariants, problemArbitrary, relativeDistance } from "@xattn/core/testing";
import { alibi, causal, padding, softcap, window } from "@xattn/masking";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { createGpuBackend, type GpuBackend } from "../backend/backend.ts";
import { backend, describeOnDevice } from "../testing/open.ts";
import { gaussian, inType } from "../testing/problems.ts";
import { planVjp } from "./plan.ts";
import type { GpuVjpOptions } from "./vjp.ts";

const reference = createBackend("reference");

/** Around the borders of tiles; few widths, each of which is three shaders. */
const sizes: fc.Arbitrary<DrawnSizes> = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  keyHeads: fc.integer({ min: 1, max: 2 }),
  group: fc.integer({ min: 1, max: 3 }),
  n: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(1, 17, 33, 40)),
  m: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(1, 33, 64)),
  past: fc.constantFrom(0, 0, 1, 5),
  d: fc.constantFrom(1, 6, 16),
  e: fc.constantFrom(3, 16, 20),
});

/** Large logits are rounded by more, and a small soft cap turns what is rounded off them into as much of its slope. */
function conditioning(problem: AttentionProblem): number {
  const { logSumExp } = reference.attention(problem, { logSumExp: true });
  const finite = toFloat64(logSumExp!).filter(Number.isFinite);
  const magnitude = finite.reduce((most, one) => Math.max(most, Math.abs(one) / 10), 1);
  const caps = (problem.modifiers ?? []).flatMap((one) => (one.kind === "softcap" ? [one.cap] : []));
  return magnitude * caps.reduce((most, cap) => Math.max(most, 0.2 / cap), 1);
}

interface Inputs {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  readonly past?: { readonly key: Tensor; readonly value: Tensor };
  readonly bias?: Tensor;
  readonly sinks?: Tensor;
}

const named = ({ query, key, value, past, bias, sinks }: Inputs): [string, Tensor][] =>
  Object.entries({ query, key, value, "past.key": past?.key, "past.value": past?.value, bias, sinks }).filter(
    (entry): entry is [string, Tensor] => entry[1] !== undefined,
  );

async function expectAsReference(
  gpu: GpuBackend,
  problem: AttentionProblem,
  outputGradient: Tensor,
  options: GpuVjpOptions = {},
  tolerance = 1e-5 * conditioning(problem),
): Promise<void> {
  const actual = new Map(named(await gpu.vjp(problem, outputGradient, options)));
  const expected = named(attentionVjp(problem, outputGradient, options));
  expect([...actual.keys()]).toEqual(expected.map(([name]) => name));
  for (const [name, wanted] of expected) {
    const found = actual.get(name)!;
    expect(found.shape).toEqual(wanted.shape);
    expect(found.dtype).toBe("float32");
    const [left, right] = [toFloat64(found), toFloat64(wanted)];
    const strange = (data: Float64Array) => [...data.keys()].filter((at) => Number.isNaN(data[at])).join();
    expect(strange(left), `NaN in ${name}`).toBe(strange(right));
    const clear = (data: Float64Array) => data.map((value) => (Number.isNaN(value) ? 0 : value));
    // Few numbers are small by chance more often than many.
    const floor = 3e-2 * (1 + 20 / Math.sqrt(right.length));
    expect(relativeDistance(clear(left), clear(right), floor), name).toBeLessThanOrEqual(tolerance);
  }
}

const random = seededRandom(11);
const like = ({ query, value }: AttentionProblem) =>
  randomNormal(random, [...query.shape.slice(0, 3), value.shape[3]!]);

describeOnDevice("the vector-Jacobian product on the device", () => {
  afterAll(() => backend().dispose());

  it("is as the float64 reference: masks, modifiers, bias, sinks, past, grouped heads, ragged sizes", async () => {
    const drawn = fc.tuple(problemArbitrary(exactVariants.standard!, sizes), fc.boolean());
    await fc.assert(
      fc.asyncProperty(drawn, drawn, async (...pair) => {
        await Promise.all(
          pair.map(([problem, withLogSumExp]) => {
            const options = withLogSumExp
              ? { logSumExpGradient: randomNormal(random, problem.query.shape.slice(0, 3)) }
              : {};
            return expectAsReference(backend(), problem, like(problem), options);
          }),
        );
      }),
      { numRuns: Number(process.env.XATTN_RUNS ?? 12) / 2 },
    );
    expect(backend().memory().buffers).toBe(0);
  }, 300_000);

  it.each<[string, AttentionProblem]>([
    ["widths of several blocks", { ...gaussian(40, 50, 70, 2, 130), mask: causal("bottom-right") }],
    ["a band, whose tiles are skipped", { ...gaussian(150, 150, 8), mask: window(9, 2), modifiers: [alibi(2)] }],
    ["few queries over many keys", { ...gaussian(2, 700, 16), modifiers: [softcap(3)] }],
    ["half precision", inType({ ...gaussian(9, 20, 16), mask: padding({ keys: [13] }) }, "float16")],
  ])("is so for %s", async (_, problem) => {
    await expectAsReference(backend(), problem, like(problem));
  });

  it("goes through small bindings piece by piece, adding up what pieces share", async () => {
    const limited = await createGpuBackend({
      device: backend().device,
      limits: { maxStorageBufferBindingSize: 6000 },
    });
    const problem: AttentionProblem = {
      query: randomNormal(random, [2, 4, 30, 8]),
      key: randomNormal(random, [2, 2, 40, 8]),
      value: randomNormal(random, [2, 2, 40, 12]),
      bias: randomNormal(random, [30, 40]),
      sinks: randomNormal(random, [4]),
      mask: causal({ offset: [5, 12] }),
    };
    expect(planVjp(problem, limited.adapterInfo().limits).pieces).toBe(4);
    await expectAsReference(limited, problem, like(problem));
    await expect(limited.vjp(gaussian(600, 4), zeros([1, 2, 600, 16]))).rejects.toMatchObject({ name: "LimitError" });
    await limited.dispose();
  });

  it("does not let NaN through a mask, and spreads it to what is read", async () => {
    const problem = { ...gaussian(40, 50, 8), mask: padding({ keys: [30], queries: [25] }) };
    const outputGradient = like(problem);
    for (const [tensor, length, first] of [
      [problem.query, 40, 25],
      [problem.key, 50, 30],
      [problem.value, 50, 30],
      [outputGradient, 40, 25],
    ] as const) {
      const width = tensor.shape[3]!;
      for (let row = 0; row < tensor.data.length / width; row += 1) {
        if (row % length >= first) tensor.data.fill(Number.NaN, row * width, (row + 1) * width);
      }
    }
    const gradients = await backend().vjp(problem, outputGradient);
    for (const [, { data }] of named(gradients)) expect(data.every(Number.isFinite)).toBe(true);
    await expectAsReference(backend(), problem, outputGradient);
    const clean = { ...gaussian(40, 50, 8), mask: causal() };
    const spoiled = like(clean);
    spoiled.data[5 * 8 + 1] = Number.NaN;
    await expectAsReference(backend(), clean, spoiled);
  });

  it("peaks where the plan says, in so many dispatches", async () => {
    const plain = gaussian(50, 70, 16);
    const problems: AttentionProblem[] = [
      plain,
      { ...plain, mask: causal(), bias: randomNormal(random, [2, 1, 70]), sinks: randomNormal(random, [2]) },
      gaussian(2, 900, 16),
    ];
    for (const problem of problems) {
      backend().submit();
      backend().resetScratch();
      const before = backend().counts().dispatches;
      await backend().vjp(problem, like(problem));
      const plan = planVjp(problem, backend().adapterInfo().limits);
      expect(backend().scratchBytes()).toBe(plan.peakBytes);
      expect(backend().counts().dispatches - before).toBe(plan.dispatches);
      expect(backend().memory().buffers).toBe(0);
    }
  });

  it("gives every input its gradient where an axis has length 0", async () => {
    const problem: AttentionProblem = {
      query: randomNormal(random, [1, 2, 3, 4]),
      key: zeros([1, 2, 0, 4]),
      value: zeros([1, 2, 0, 5]),
      sinks: fromNumbers([2], [1, 2], "float32"),
    };
    await expectAsReference(backend(), problem, like(problem));
  });

  it("refuses what it does not compute, by name", async () => {
    const problem = gaussian(5, 6);
    const outputGradient = like(problem);
    const refused = (of: Partial<AttentionProblem>, gradient = outputGradient, options: GpuVjpOptions = {}) =>
      expect(backend().vjp({ ...problem, ...of }, gradient, options)).rejects;
    await refused({ variant: { kind: "topK", k: 2 } }).toMatchObject({ name: "UnsupportedError" });
    await refused({ variant: { kind: "linear" } }).toThrow(/does not differentiate/);
    await refused({ key: zeros([1, 2, 6, 16], "float64") }).toThrow(/key: .*float64/);
    await refused({}, problem.key).toThrow(/outputGradient: shape/);
    await refused({}, outputGradient, { logSumExpGradient: outputGradient }).toThrow(
      /options\.logSumExpGradient: shape/,
    );
  });
});

describe("the plan of a vector-Jacobian product", () => {
  it("takes memory that grows with n + m", () => {
    for (const mask of [undefined, causal(), window(64, 64)]) {
      const peak = (n: number) => {
        const one = zeros([1, 1, n, 64]);
        return planVjp({ query: one, key: one, value: one, ...(mask && { mask }) }).peakBytes;
      };
      const [once, twice] = [peak(4096), peak(8192)] as const;
      expect(twice / once).toBeLessThan(2.1);
      expect(twice).toBeLessThan(14 * 4 * 8192 * 64);
    }
  });
});

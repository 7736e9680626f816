import { exactVariants, problemArbitrary } from "@xattn/core/testing";
import { causal, window } from "@xattn/masking";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { planAttention } from "../plan/plan.ts";
import { printShader } from "../plan/print.ts";
import { expectAsReference } from "../testing/compare.ts";
import { backend, describeOnDevice } from "../testing/open.ts";
import { gaussian, inType } from "../testing/problems.ts";
import { createGpuBackend, type GpuBackend } from "./backend.ts";

const sizes = fc.record({
  batch: fc.constantFrom(1, 2),
  keyHeads: fc.constantFrom(1, 2),
  group: fc.constantFrom(1, 2),
  n: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(70)),
  m: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(100)),
  past: fc.constantFrom(0, 0, 5),
  d: fc.constantFrom(3, 8),
  e: fc.constantFrom(4, 7),
});
const wishes = fc.constantFrom({}, { logSumExp: true }, { weights: true, logSumExp: true });
const drawn = fc.tuple(problemArbitrary(exactVariants.standard!, sizes), wishes);

describeOnDevice("rows in registers", () => {
  let rows: GpuBackend;
  beforeAll(async () => {
    rows = await createGpuBackend({ device: backend().device, limits: { registerRows: true } });
  });
  afterAll(async () => {
    await rows?.dispose();
    await backend().dispose();
  });

  it("give what the float64 reference gives", async () => {
    await fc.assert(
      fc.asyncProperty(drawn, drawn, async (...pair) => {
        await Promise.all(pair.map(([problem, outputs]) => expectAsReference(rows, problem, outputs, 2e-6)));
      }),
      { numRuns: Number(process.env.XATTN_RUNS ?? 20) / 2 },
    );
    expect(rows.memory().buffers).toBe(0);
  }, 300_000);

  it("do so for wide rows, many keys of few queries, half precision and bands", async () => {
    await expectAsReference(rows, gaussian(20, 30, 130, 1, 90), {}, 2e-6);
    await expectAsReference(rows, gaussian(2, 900, 8), { logSumExp: true }, 2e-6);
    await expectAsReference(rows, inType({ ...gaussian(40, 20, 16), mask: causal() }, "float16"), {}, 2e-3);
    await expectAsReference(rows, { ...gaussian(100, 100, 8), mask: window(12, 3) }, {}, 2e-6);
  }, 60_000);

  it("keep NaN where it is not looked at", async () => {
    const problem = { ...gaussian(20, 20, 8), mask: causal() };
    problem.key.data[15 * 8 + 1] = Number.NaN;
    problem.value.data[20 * 8 + 10 * 8] = Number.NaN;
    const { output } = await rows.attention(problem);
    const strange = Array.from({ length: 40 }, (_, row) =>
      output.data.subarray(row * 8, row * 8 + 8).some(Number.isNaN),
    );
    expect(strange).toEqual(Array.from({ length: 40 }, (_, row) => (row < 20 ? row >= 15 : row >= 30)));
  });

  it("are what software adapters take, unless told otherwise", async () => {
    const plain = await createGpuBackend({ device: backend().device });
    const { software, limits } = plain.adapterInfo();
    expect(limits.registerRows).toBe(software);
    expect(backend().adapterInfo().limits.registerRows).toBe(false);
    await plain.dispose();
    const problem = gaussian(64, 64, 64);
    const plan = planAttention(problem, {}, { registerRows: true });
    expect(plan).toMatchObject({ dispatches: 1, workgroupBytes: 0, workgroupLoadsPerMultiplyAdd: 0 });
    expect(plan.tile.registerRows).toBe(8);
    expect(printShader(problem, {}, { registerRows: true })).not.toMatch(/var<workgroup>|workgroupBarrier/);
    // Too wide for registers: workgroup memory serves.
    expect(planAttention(gaussian(4, 4, 600), {}, { registerRows: true }).tile.registerRows).toBeUndefined();
  });
});

import { createGpuBackend } from "@xattn/gpu";
import { expect, test } from "vitest";
import { accuracy } from "../accuracy/accuracy.ts";
import { agreement } from "../accuracy/agreement.ts";
import type { Parameters } from "../contract/measure.ts";
import { memory } from "../memory/memory.ts";
import { normalization } from "../normalization/normalization.ts";
import { time } from "../time/time.ts";
import { openWebgpu } from "./webgpu.ts";

const context = { seed: 1 };
const cell = (more: Parameters = {}) => ({ n: 33, m: 20, d: 16, variant: "standard", backend: "webgpu", ...more });

/** Without any adapter, tests are skipped aloud; under CI=true that is a failure. */
const present = await createGpuBackend().then(
  (gpu) => gpu.dispose().then(() => true),
  (error: Error) => {
    if (error.name !== "NoAdapterError" || process.env.CI === "true") throw error;
    console.warn(`SKIPPED, since there is ${error.message}`);
    return false;
  },
);
const onDevice = test.skipIf(!present);

onDevice("the axis backend takes webgpu in every measure that computes attention", async () => {
  expect((await accuracy().run(cell(), context)).error).toBeLessThan(1e-6);
  expect((await agreement().run(cell({ mask: "causal" }), context)).difference).toBeLessThan(2e-6);
  expect((await agreement().run(cell({ backend: "plain" }), context)).difference).toBe(0);
  const sums = await normalization().run(cell({ mask: "window", n: 60, m: 30 }), context);
  expect(sums.rowSumError).toBeLessThan(1e-6);
  expect(sums).toMatchObject({ emptyRows: 14, emptyRowMass: 0 });
});

onDevice("scratch memory counts neither inputs nor output", async () => {
  const bytes = async (more: Parameters) => (await memory().run(cell(more), context)).scratchBytes as number;
  const [small, large] = [await bytes({ n: 32 }), await bytes({ n: 320 })];
  expect(large).toBeGreaterThan(0);
  // Inputs and output grow by 36 KiB.
  expect(large - small).toBeLessThan(4096);
});

onDevice("a timed call ends when the device has done the work, and gives its memory back in the end", async () => {
  const gpu = await openWebgpu();
  const before = gpu.memory().bytesInUse;
  const arm = await time().prepare(cell({ n: 64, m: 64 }), context);
  await arm.call();
  const held = gpu.memory().bytesInUse;
  for (let call = 0; call < 3; call += 1) await arm.call();
  expect(gpu.memory().bytesInUse).toBe(held);
  await arm.dispose?.();
  expect(gpu.memory().bytesInUse).toBe(before);
  expect((await accuracy().run(cell(), context)).error).toBeLessThan(1e-6);
});

onDevice("what webgpu does not compute is unsupported", async () => {
  const attempt = accuracy().run(cell({ variant: "entmax" }), context);
  await expect(attempt).rejects.toMatchObject({ name: "UnsupportedError" });
  await expect(time().prepare(cell({ threads: 2 }), context)).rejects.toThrow(/one thread, not 2/);
  await expect(time().prepare(cell({ variant: "entmax" }), context)).rejects.toMatchObject({
    name: "UnsupportedError",
  });
});

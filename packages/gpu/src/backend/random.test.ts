import type { AttentionOutputs } from "@xattn/core";
import { exactVariants, problemArbitrary } from "@xattn/core/testing";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { expectAsReference } from "../testing/compare.ts";
import { backend, describeOnDevice } from "../testing/open.ts";
import { smallest } from "../testing/pair.ts";
import { drawnSizes } from "../testing/problems.ts";
import type { GpuBackend } from "./backend.ts";

const variants = fc.oneof(exactVariants.standard!, exactVariants.chunked!);
const wishes = fc.constantFrom<AttentionOutputs>({}, {}, { logSumExp: true }, { weights: true, logSumExp: true });
const drawn = fc.tuple(problemArbitrary(variants, drawnSizes), wishes);
/** Two at a time: shaders are compiled beside each other. */
const pairs = fc.tuple(drawn, drawn);

describeOnDevice("random problems in float32 are as the float64 reference", () => {
  let small: GpuBackend;
  beforeAll(async () => {
    small = await smallest(backend());
  });
  afterAll(async () => {
    await small?.dispose();
    await backend().dispose();
  });

  it.each(["32 KiB", "16 KiB"])(
    "with %s of workgroup memory",
    async (memory) => {
      const gpu = memory === "16 KiB" ? small : backend();
      expect(gpu.adapterInfo().limits.maxComputeWorkgroupStorageSize / 1024).toBeGreaterThanOrEqual(
        Number.parseInt(memory, 10),
      );
      await fc.assert(
        fc.asyncProperty(pairs, async (pair) => {
          await Promise.all(pair.map(([problem, outputs]) => expectAsReference(gpu, problem, outputs, 2e-6)));
        }),
        { numRuns: Number(process.env.XATTN_RUNS ?? 100) / 2 },
      );
    },
    1_200_000,
  );
});

import { exactVariants, problemArbitrary } from "@xattn/core/testing";
import { window } from "@xattn/masking";
import fc from "fast-check";
import { afterAll, beforeAll, it } from "vitest";
import { expectAsReference } from "../testing/compare.ts";
import { backend, describeOnDevice } from "../testing/open.ts";
import { smallest } from "../testing/pair.ts";
import { drawnSizes, gaussian, inType } from "../testing/problems.ts";
import type { GpuBackend } from "./backend.ts";

const drawn = problemArbitrary(exactVariants.standard!, drawnSizes);

describeOnDevice("wide problems and narrow types are as the float64 reference", () => {
  let small: GpuBackend;
  beforeAll(async () => {
    small = await smallest(backend());
  });
  afterAll(async () => {
    await small?.dispose();
    await backend().dispose();
  });

  it.each([
    [9, 20, 256, 256],
    [3, 70, 130, 301],
    [128, 128, 64, 64],
    [1, 128, 515, 3],
  ])(
    "%d queries, %d keys, widths %d and %d, in slices and blocks where there is little memory",
    async (n, m, d, e) => {
      const problem = { ...gaussian(n, m, d, 2, e), mask: window(60, 3, "bottom-right") };
      await Promise.all([backend(), small].map((gpu) => expectAsReference(gpu, problem, { weights: true }, 2e-6)));
    },
    300_000,
  );

  it.each([
    ["float16", 2e-3],
    ["bfloat16", 1.6e-2],
  ] as const)(
    "%s storage, with much and little workgroup memory",
    async (dtype, tolerance) => {
      await fc.assert(
        fc.asyncProperty(fc.tuple(drawn, drawn), async (pair) => {
          await Promise.all(
            pair.map((problem, at) =>
              expectAsReference(at ? small : backend(), inType(problem, dtype), { logSumExp: true }, tolerance),
            ),
          );
        }),
        { numRuns: Number(process.env.XATTN_RUNS ?? 24) / 2 },
      );
    },
    1_200_000,
  );
});

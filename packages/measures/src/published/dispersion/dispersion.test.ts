import fc from "fast-check";
import { expect, test } from "vitest";
import type { Parameters } from "../../contract/measure.ts";
import { dispersion } from "./dispersion.ts";

const run = async (cell: Parameters) =>
  (await dispersion().run({ n: 3, d: 8, backend: "reference", ...cell }, { seed: 7 })) as Record<string, number>;

test("the sharpest row is the one that closed forms give", async () => {
  for (const [m, bound] of [
    [16, 1],
    [300, 3],
  ] as const) {
    const values = await run({ keys: "one-best", m, bound });
    const total = Math.exp(2 * bound) + m - 1;
    const [best, rest] = [Math.exp(2 * bound) / total, 1 / total];
    // The reference computes with the float32 inputs as they are: unit vectors are so to 1e-7.
    expect(values.largestWeight! / best).toBeCloseTo(1, 5);
    expect(values.smallestWeight! / rest).toBeCloseTo(1, 5);
    expect(values.leastEntropy).toBeCloseTo(-best * Math.log(best) - (m - 1) * rest * Math.log(rest), 5);
    expect(values.entropyShare).toBeCloseTo(values.leastEntropy! / Math.log(m), 12);
    expect(values.overUpper).toBeCloseTo(m / total, 5);
  }
});

test("weights and entropy of any keys are within the bounds, on both backends alike", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("random", "one-best"),
      fc.integer({ min: 2, max: 700 }),
      fc.double({ min: 0.05, max: 5, noNaN: true }),
      async (keys, m, bound) => {
        const [exact, fast] = [await run({ keys, m, bound }), await run({ keys, m, bound, backend: "cpu" })];
        for (const { overUpper, overLower, aboveFloor } of [exact, fast]) {
          expect(overUpper).toBeLessThanOrEqual(1 + 1e-5);
          expect(overLower).toBeGreaterThanOrEqual(1 - 1e-5);
          expect(aboveFloor).toBeGreaterThanOrEqual(-1e-5);
        }
        for (const column of ["largestWeight", "smallestWeight", "leastEntropy"]) {
          expect(fast[column]! / exact[column]!).toBeCloseTo(1, 4);
        }
      },
    ),
    { numRuns: 12 },
  );
});

test("with more keys the largest weight falls and the entropy nears that of uniform weights", async () => {
  const [few, many] = [
    await run({ keys: "random", m: 64, bound: 2 }),
    await run({ keys: "random", m: 4096, bound: 2 }),
  ];
  expect(many.largestWeight).toBeLessThan(few.largestWeight! / 16);
  expect(many.entropyShare).toBeGreaterThan(few.entropyShare!);
});

test("one row more can only lower the least entropy and raise the largest weight", async () => {
  const rows = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => run({ keys: "random", m: 40, bound: 2, n })));
  for (const [index, row] of rows.slice(1).entries()) {
    expect(row.leastEntropy).toBeLessThanOrEqual(rows[index]!.leastEntropy!);
    expect(row.largestWeight).toBeGreaterThanOrEqual(rows[index]!.largestWeight!);
    expect(row.smallestWeight).toBeLessThanOrEqual(rows[index]!.smallestWeight!);
  }
  expect(rows[5]!.leastEntropy).toBeLessThan(rows[0]!.leastEntropy!);
});

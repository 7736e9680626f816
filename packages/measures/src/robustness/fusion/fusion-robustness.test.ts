import { expect, test } from "vitest";
import { type Parameters, UnsupportedError } from "../../contract/measure.ts";
import { corruptionNames, fusionRobustness } from "./fusion-robustness.ts";

const sizes = { n: 6, m: 6, visionWidth: 8, languageWidth: 5, width: 7, draws: 6 };
const run = async (strategy: string, alignment: string, more: Parameters = {}) =>
  fusionRobustness().run(
    { strategy, alignment, modality: "vision", corruption: "gaussian", budget: 0.1, ...sizes, ...more },
    { seed: 4 },
  );

test.each(corruptionNames.filter((name) => name !== "missing"))(
  "%s of budget 0 changes nothing",
  async (corruption) => {
    for (const [strategy, alignment] of [
      ["early", "pool"],
      ["intermediate", "resample"],
      ["gated", "none"],
    ] as const) {
      const values = await run(strategy, alignment, { corruption, budget: 0 });
      expect(values).toMatchObject({ fusedChange: 0, fusedDecisionFlips: 0, fusedSize: 1 });
      expect(
        Number((await run(strategy, alignment, { corruption, budget: 0.5, modality: "language" })).fusedChange),
      ).toBeGreaterThan(corruption === "token-swap" && alignment === "pool" ? -1 : 1e-4);
    }
  },
);

test("late fusion is linear: half of a fading is half of the change, and all of it is what is missing", async () => {
  const [half, whole, gone] = await Promise.all([
    run("late", "resample", { corruption: "fading", budget: 0.5 }),
    run("late", "resample", { corruption: "fading", budget: 1 }),
    run("late", "resample", { corruption: "missing", budget: 1 }),
  ]);
  expect(Number(half.fusedChange)).toBeCloseTo(Number(whole.fusedChange) / 2, 5);
  expect(gone.fusedChange).toBeCloseTo(Number(whole.fusedChange), 5);
  expect(Number(whole.fusedChange) ** 2 + Number(whole.fusedSize) ** 2).toBeLessThan(1.6);
});

test("means do not see the order of tokens, resampling does", async () => {
  const swap = { corruption: "token-swap", budget: 1 };
  expect(Number((await run("late", "pool", swap)).fusedChange)).toBeLessThan(1e-6);
  expect(Number((await run("gated", "none", swap)).fusedChange)).toBeLessThan(1e-6);
  expect(Number((await run("late", "resample", swap)).fusedChange)).toBeGreaterThan(0.1);
});

test("intermediate fusion without a modality is nothing", async () => {
  expect(await run("intermediate", "pool", { corruption: "missing", budget: 1 })).toMatchObject({
    fusedChange: 1,
    fusedChangeLow: 1,
    fusedChangeHigh: 1,
    fusedSize: 0,
  });
});

test("numbers repeat", async () => {
  expect(await run("early", "cross-attend")).toEqual(await run("early", "cross-attend"));
});

test.each([
  ["gated", "pool", {}, /gated fusion needs no alignment/],
  ["late", "none", {}, /early|late fusion adds rows/],
  ["late", "pool", { corruption: "missing", budget: 0.5 }, /missing as a whole/],
  ["gated", "none", { corruption: "missing", budget: 1, modality: "language" }, /nothing to fuse into/],
  ["late", "cross-attend", { corruption: "missing", budget: 1, modality: "language" }, /nothing to fuse into/],
  ["late", "pool", { corruption: "int8", budget: 2 }, /a share, and 2 is above 1/],
])("%s with %s and %j is refused", async (strategy, alignment, more, message) => {
  await expect(run(strategy, alignment, more)).rejects.toThrow(message);
  await expect(run(strategy, alignment, more)).rejects.toBeInstanceOf(UnsupportedError);
});

import { expect, test } from "vitest";
import { type Parameters, UnsupportedError } from "../contract/measure.ts";
import { headDiversity } from "./head-diversity.ts";

const run = async (more: Parameters = {}) =>
  headDiversity().run({ n: 8, m: 6, width: 16, heads: 4, models: 12, ...more }, { seed: 6 });

test("random heads differ, and no more than random models do", async () => {
  const values = await run({ models: 40 });
  expect(values.headDivergence).toBeGreaterThan(0.01);
  expect(values.diversityRatioLow).toBeLessThan(1.1);
  expect(values.diversityRatioHigh).toBeGreaterThan(0.9);
  expect(Number(values.diversityRatioLow)).toBeLessThanOrEqual(Number(values.diversityRatio));
});

test("entropy and support are those of no more than m keys, and agree by Jensen's inequality", async () => {
  const values = await run();
  const bits = Number(values.weightEntropy);
  expect(values.entropyShare).toBe(bits / Math.log2(6));
  expect(bits).toBeGreaterThan(0);
  expect(values.effectiveSupport).toBeLessThan(6);
  expect(values.effectiveSupport).toBeGreaterThanOrEqual(2 ** bits);
});

test("two independent seeds agree on what does not depend on them", async () => {
  const other = await headDiversity().run({ n: 8, m: 6, width: 16, heads: 4, models: 40 }, { seed: 7 });
  const { weightEntropy } = await run({ models: 40 });
  expect(weightEntropy).not.toBe(other.weightEntropy);
  expect(Number(weightEntropy) / Number(other.weightEntropy)).toBeCloseTo(1, 1);
});

test("heads must divide the width", async () => {
  await expect(run({ heads: 5 })).rejects.toBeInstanceOf(UnsupportedError);
  await expect(run({ heads: 5 })).rejects.toThrow(/16 is not a multiple of 5/);
});

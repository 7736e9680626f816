import { expect, test } from "vitest";
import { type Parameters, UnsupportedError } from "../contract/measure.ts";
import { fusionStrategies } from "./fusion-strategies.ts";

const sizes = { n: 6, m: 4, visionWidth: 8, languageWidth: 5, width: 3 };
const run = async (strategy: string, alignment: string, more: Parameters = {}) =>
  fusionStrategies().run({ strategy, alignment, ...sizes, ...more }, { seed: 2 });

test.each([
  // Sums of the mean, then the projection of one row.
  ["early", "pool", 6 * 8 + 4 * 5 + (8 + 5) * 3, (8 + 5) * 3, 1],
  ["late", "pool", 6 * 8 + 4 * 5 + (8 + 5) * 3, (8 + 5) * 3, 1],
  // Two products an interpolated element, then the projection of 4 rows.
  ["late", "resample", 2 * 4 * (8 + 5) + 4 * (8 + 5) * 3, (8 + 5) * 3, 4],
  // Q, K and V of the words' look at vision, both products with pairs, then 4 rows.
  [
    "early",
    "cross-attend",
    4 * 5 * 3 + 6 * 8 * (3 + 8) + 4 * 6 * (3 + 8) + 4 * (8 + 5) * 3,
    5 * 3 + 8 * 3 + 8 * 8 + (8 + 5) * 3,
    4,
  ],
  // Six projections, four products with pairs, and the means of both results.
  ["intermediate", "pool", 3 * (6 * 8 + 4 * 5) * 3 + 4 * 6 * 4 * 3 + (6 + 4) * 3, 3 * (8 + 5) * 3, 1],
  // Q, K, V and W^O, two products with pairs, and adding to 4 rows of width 5.
  ["gated", "none", 4 * 5 * 3 + 2 * 6 * 8 * 3 + 4 * 3 * 5 + 2 * 4 * 6 * 3 + 4 * 5, 5 * 3 + 2 * 8 * 3 + 3 * 5, 4],
])("%s with %s is counted as by hand", async (strategy, alignment, multiplyAdds, parameters, rows) => {
  const values = await run(strategy, alignment);
  expect(values).toMatchObject({ fusionMultiplyAdds: multiplyAdds, fusionParameters: parameters, outputRows: rows });
  expect(values.visionSensitivity).toBeGreaterThan(0.01);
  expect(values.languageSensitivity).toBeGreaterThan(0.01);
});

test("a closed gate hands the words through and sees no vision", async () => {
  const values = await run("gated", "none", { gate: 0 });
  expect(values).toMatchObject({
    inputChange: 0,
    visionSensitivity: 0,
    leftWithoutVision: 1,
    leftWithoutLanguage: null,
  });
  expect((await run("gated", "none", { gate: 1 })).inputChange).toBeGreaterThan(0.01);
});

test("late fusion of one modality is its term: both terms' squares add up when they are orthogonal in the mean", async () => {
  const { leftWithoutVision, leftWithoutLanguage } = await run("late", "resample", { width: 512 });
  expect(Math.abs(Number(leftWithoutVision) ** 2 + Number(leftWithoutLanguage) ** 2 - 1)).toBeLessThan(0.1);
});

test("intermediate fusion of one modality is nothing, and words cannot be gathered for when there are none", async () => {
  expect(await run("intermediate", "resample")).toMatchObject({ leftWithoutVision: 0, leftWithoutLanguage: 0 });
  expect((await run("late", "cross-attend")).leftWithoutLanguage).toBeNull();
});

test.each([
  ["gated", "pool", /needs no alignment/],
  ["late", "none", /give it an alignment/],
])("%s with %s is refused", async (strategy, alignment, message) => {
  await expect(run(strategy, alignment)).rejects.toThrow(message);
  await expect(run(strategy, alignment)).rejects.toBeInstanceOf(UnsupportedError);
});

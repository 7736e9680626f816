import { expect, test } from "vitest";
import { type Parameters, UnsupportedError } from "../contract/measure.ts";
import { drawOf, robustVariants, variantOf } from "./cell.ts";
import { perturbationNames, robustness } from "./robustness.ts";
import { attentionSensitivity } from "./sensitivity/attention-sensitivity.ts";

const cell = { variant: "standard", on: "context", perturbation: "gaussian", budget: 0.1, n: 5, m: 8, d: 4, draws: 6 };
const run = async (more: Parameters = {}) => robustness().run({ ...cell, ...more }, { seed: 2 });

test.each(perturbationNames)("%s: numbers repeat, lie in their ranges, and 0 changes nothing", async (perturbation) => {
  const budget = 0.5;
  const values = await run({ perturbation, budget });
  expect(await run({ perturbation, budget })).toEqual(values);
  expect(values.outputChangeLow).toBeLessThanOrEqual(Number(values.outputChange));
  expect(values.outputChangeHigh).toBeGreaterThanOrEqual(Number(values.outputChange));
  expect(values.jensenShannon).toBeLessThanOrEqual(Math.LN2);
  expect(values.jensenShannon).toBeGreaterThan(0);
  expect(values.totalVariation).toBeLessThanOrEqual(1);
  expect(values.kendallTau).toBeLessThanOrEqual(1);
  if (perturbation === "distractors") expect(values.certifiedShare).toBeNull();
  else expect(values.certifiedShare).toBeLessThanOrEqual(1);
  expect(await run({ perturbation, budget: 0 })).toMatchObject({
    outputChange: 0,
    totalVariation: 0,
    decisionFlips: 0,
  });
});

test("the output is blind to keys that trade places with their values, and sees all else", async () => {
  expect((await run({ perturbation: "token-swap", budget: 1 })).outputChange).toBeLessThan(1e-12);
  expect((await run({ perturbation: "token-swap", budget: 1, on: "key" })).outputChange).toBeGreaterThan(0.1);
  expect((await run({ perturbation: "missing", budget: 1, on: "value" })).outputChange).toBe(1);
  expect((await run({ on: "value" })).totalVariation).toBe(0);
});

test("colder attention is moved further, and the worst case further than noise", async () => {
  const [warm, cold] = [await run({ on: "query" }), await run({ on: "query", temperature: 0.1 })];
  expect(Number(cold.outputChange)).toBeGreaterThan(Number(warm.outputChange));
  expect(Number((await run({ perturbation: "worst-l2" })).outputChange)).toBeGreaterThan(
    2 * Number((await run()).outputChange),
  );
});

test("all variants see the same inputs, sparse keeps a quarter of the keys, FAVOR+ has a feature for two", () => {
  const [first, ...others] = robustVariants.map((variant) => drawOf({ ...cell, variant }, 1, 0).problem);
  for (const other of others) expect({ ...other, variant: first!.variant }).toEqual(first);
  expect(variantOf("sparse", 9, 1)).toEqual({ kind: "topK", k: 3 });
  expect(variantOf("favor-positive", 9, 4)).toMatchObject({ featureMap: { features: 5, seed: 4, form: "positive" } });
  expect(drawOf({ ...cell, temperature: 4 }, 1, 0).problem.query.data[3]! * 4).toBeCloseTo(
    Number(first!.query.data[3]!),
    6,
  );
});

test.each([
  [{ perturbation: "distractors", on: "query" }, /distractors are keys with values/],
  [{ perturbation: "token-dropout", budget: 2 }, /the budget of token-dropout is a share, and 2 is above 1/],
])("refuses %j", async (more, message) => {
  expect(robustness().check!({ ...cell, ...more })).toMatch(message);
  expect(() => robustness().run({ ...cell, ...more }, { seed: 1 })).toThrow(UnsupportedError);
});

test("sensitivity: sampling sees less than the Jacobian, which stays under what is certified", async () => {
  const sensitivity = async (variant: string, on: string) =>
    attentionSensitivity().run({ ...cell, variant, on }, { seed: 2 });
  for (const variant of ["standard", "chunked", "entmax"]) {
    for (const on of ["query", "context", "key", "value"]) {
      const values = await sensitivity(variant, on);
      expect(values.sampledShare).toBeLessThanOrEqual(1.01);
      expect(values.jacobianCertifiedShare).toBeLessThanOrEqual(1);
      expect(values.jacobianCertifiedShare).toBeGreaterThan(0.01);
    }
  }
  expect(await sensitivity("linear", "query")).toMatchObject({
    certifiedLipschitz: null,
    jacobianCertifiedShare: null,
  });
  expect(await sensitivity("standard", "value")).toMatchObject({
    sensitivityMax: 0,
    maxSensitivity: 0,
    localLipschitz: 0,
  });
  expect(await sensitivity("standard", "query")).toEqual(await sensitivity("standard", "query"));
});

import { seededRandom } from "@xattn/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Parameters } from "../../contract/measure.ts";
import { mapOf } from "../spectral/matrix.ts";
import { spectralNorm } from "../spectral/spectral-norm.ts";
import { entropyLowerBound } from "./bound.ts";
import { entropyOf } from "./entropy.ts";
import { entropyBound, rowEntropies } from "./entropy-bound.ts";
import { attainingInputs, gaussianInputs, strengthOf } from "./inputs.ts";

const run = async (cell: Parameters) => entropyBound().run({ d: 8, ...cell }, { seed: 5 });
const softmax = (logits: readonly number[]) => {
  const powers = logits.map(Math.exp);
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
};

test.each([8, 64])("the bound is attained to 5 digits at T = %s", async (tokens) => {
  for (const strength of [0.5, 2, 8]) {
    const { boundGap, leastEntropy } = await run({ inputs: "attaining", tokens, strength });
    expect(boundGap).toBeLessThan(5e-6);
    expect(leastEntropy).toBeGreaterThan(0);
  }
});

test("the bound is the entropy of one logit above equal others", () => {
  for (const [count, strength] of [
    [2, 1],
    [8, 3],
    [64, 5],
  ] as const) {
    const rest = -strength / Math.sqrt(count * (count - 1));
    const logits = [strength * Math.sqrt((count - 1) / count), ...Array.from({ length: count - 1 }, () => rest)];
    expect(Math.hypot(...logits)).toBeCloseTo(strength, 12);
    expect(entropyLowerBound(count, strength)).toBeCloseTo(entropyOf(softmax(logits)), 12);
  }
  expect(entropyLowerBound(10, 1e-9)).toBeCloseTo(Math.log(10), 8);
});

test("no logits of the same length have less entropy, not even after hundreds of steps downhill", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 8 }),
      fc.double({ min: 0.1, max: 6, noNaN: true }),
      fc.integer(),
      (count, strength, seed) => {
        const random = seededRandom(seed);
        const onSphere = (values: readonly number[]) => {
          const length = Math.hypot(...values);
          return values.map((value) => (strength * value) / length);
        };
        let best = onSphere(Array.from({ length: count }, () => random.normal()));
        for (let step = 0; step < 400; step += 1) {
          const next = onSphere(best.map((value) => value + random.normal() * 0.3 * strength * 0.98 ** step));
          if (entropyOf(softmax(next)) < entropyOf(softmax(best))) best = next;
        }
        expect(entropyOf(softmax(best))).toBeGreaterThanOrEqual(entropyLowerBound(count, strength) * (1 - 1e-9));
      },
    ),
    { numRuns: 40 },
  );
});

test("no row of Gaussian inputs is below the bound", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 12 }),
      fc.double({ min: 0.1, max: 20, noNaN: true }),
      fc.integer(),
      (count, strength, seed) => {
        const random = seededRandom(seed);
        const inputs = gaussianInputs(count, 5, strength, random);
        expect(strengthOf(inputs, random) / strength).toBeCloseTo(1, 8);
        expect(Math.min(...rowEntropies(inputs))).toBeGreaterThan(entropyLowerBound(count, strength));
      },
    ),
    { numRuns: 40 },
  );
});

test("the attaining inputs have the strength that is asked for, and a turn as key projection", () => {
  const random = seededRandom(9);
  const inputs = attainingInputs(6, 4, 3, random);
  expect(strengthOf(inputs, random)).toBeCloseTo(3, 10);
  expect(spectralNorm(mapOf(inputs.keyWeights), random)).toBeCloseTo(1, 10);
  // The first row alone attains it: the other tokens are shorter.
  const [first, ...others] = rowEntropies(inputs);
  expect(Math.min(...others)).toBeGreaterThan(first! * 1.01);
});

test("entropy of a few weights by hand", () => {
  expect(entropyOf([1, 0])).toBe(0);
  expect(entropyOf([0.5, 0.25, 0.25])).toBeCloseTo(1.5 * Math.LN2, 12);
});

import { favorProjection, referenceLinearAttention, seededRandom, tensor } from "@xattn/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Parameters, UnsupportedError } from "../../contract/measure.ts";
import { locateCrossing } from "./crossing.ts";
import { draws, estimate } from "./estimate.ts";
import {
  featureForms,
  independentExcess,
  orthogonalBound,
  orthogonalError,
  publishedCrossing,
  publishedError,
} from "./formulas.ts";
import { pairAt } from "./geometry.ts";
import { kernelError } from "./kernel-error.ts";
import { meanOf, ratioOf } from "./mean.ts";

const base = { form: "positive", orthogonal: false, features: 8, norm: 0.5, angle: 120, d: 4, trials: 4000 };
const run = async (more: Parameters) => kernelError().run({ ...base, ...more }, { seed: 2 });

test.each(featureForms)("the estimate with %s features is the kernel that linear attention normalizes", (form) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e6 }),
      fc.boolean(),
      fc.double({ min: 0.1, max: 0.9, noNaN: true }),
      (seed, orthogonal, norm) => {
        const [d, features] = [5, 7];
        const featureMap = { kind: "favor+", form, features, orthogonal, seed } as const;
        const rows = favorProjection(featureMap, d);
        const [near, far] = [pairAt(norm, 70, d), pairAt(norm, 150, d)];
        const [ofNear, ofFar] = [estimate(form, rows, near), estimate(form, rows, far)];
        // With scale 1 the logits are x·y; values 1 and 0 leave the weight of the first key.
        const { output } = referenceLinearAttention(
          {
            query: tensor([1, 1, 1, d], near.x),
            key: tensor([1, 1, 2, d], Float64Array.from([...near.y, ...far.y])),
            value: tensor([1, 1, 2, 1], Float64Array.of(1, 0)),
            scale: 1,
          },
          featureMap,
        );
        expect(output.data[0]).toBeCloseTo(ofNear / (ofNear + ofFar), 9);
      },
    ),
    { numRuns: 20 },
  );
});

test("the closed forms are the variances, by integration over one ω along one direction", () => {
  // ω·z is normal with standard deviation ‖z‖: E f by a fine sum over ±10 standard deviations.
  const mean = (f: (t: number) => number) => {
    let sum = 0;
    for (let t = -10; t <= 10; t += 1e-3) sum += f(t) * Math.exp((-t * t) / 2) * 1e-3;
    return sum / Math.sqrt(2 * Math.PI);
  };
  for (const [norm, angle] of [
    [0.5, 60],
    [0.9, 130],
    [0.3, 90],
  ] as const) {
    const pair = pairAt(norm, angle, 3);
    const [plus, minus] = [Math.sqrt(pair.sum), Math.sqrt(pair.difference)];
    const [shrink, grow] = [Math.exp(-pair.norms / 2), Math.exp(pair.norms / 2)];
    const of = {
      positive: mean((t) => (shrink * Math.exp(plus * t) - pair.kernel) ** 2),
      hyperbolic: mean((t) => (shrink * Math.cosh(plus * t) - pair.kernel) ** 2),
      trigonometric: mean((t) => (grow * Math.cos(minus * t) - pair.kernel) ** 2),
    };
    for (const form of featureForms) expect(publishedError(form, 6, pair) / (of[form] / 6)).toBeCloseTo(1, 8);
  }
});

test("the excess of independent ω where ₁F₁(d; d/2; z) is elementary, and its leading term", () => {
  for (const z of [-3, -0.2, 0.7, 4]) {
    expect(independentExcess(2, z)).toBeCloseTo(Math.exp(2 * z) - (1 + z) * Math.exp(z), 10);
  }
  expect(independentExcess(6, 0)).toBe(0);
  expect(independentExcess(6, 1e-6) / (2e-12 / 8)).toBeCloseTo(1, 4);
});

test("orthogonal ω err by their closed form, less than the bound of theorem 2, and one alone as an independent one", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 12 }),
      fc.integer({ min: 1, max: 12 }),
      fc.double({ min: 0.05, max: 1.2, noNaN: true }),
      fc.double({ min: 1, max: 179, noNaN: true }),
      (d, most, norm, angle) => {
        const [pair, m] = [pairAt(norm, angle, d), Math.min(d, most)];
        const exact = orthogonalError("positive", m, d, pair);
        expect(exact).toBeLessThanOrEqual(orthogonalBound(m, d, pair) * (1 + 1e-9));
        expect(exact).toBeGreaterThan(0);
        expect(orthogonalError("trigonometric", 1, d, pair)).toBe(publishedError("trigonometric", 1, pair));
      },
    ),
  );
});

test.each(featureForms.flatMap((form) => [false, true].map((orthogonal) => [form, orthogonal] as const)))(
  "drawn %s features err as the closed form says, orthogonal: %s",
  async (form, orthogonal) => {
    for (const features of [4, 10]) {
      const values = await run({ form, orthogonal, features, trials: 20_000 });
      expect(Math.abs(Number(values.standardErrors))).toBeLessThan(3.5);
      // Narrow enough to tell: an error off by a tenth lies outside.
      expect(Number(values.errorRatioHigh) - Number(values.errorRatioLow)).toBeLessThan(0.15);
      expect(values.errorRatio).toBeCloseTo(Number(values.squaredError) / Number(values.exactError), 12);
      if (orthogonal) expect(values.overIndependentHigh).toBeLessThan(1);
      else expect(values.overIndependent).toBeNull();
      expect(values.overBound === null).toBe(!(orthogonal && form === "positive" && features <= 4));
    }
  },
);

test("the crossing is found where the formulas have it, and its interval says how well", async () => {
  const values = await run({ form: "trigonometric over positive", features: 16, trials: 3000 });
  const published = Number(values.publishedCrossing);
  const pair = pairAt(published, 120, 4);
  expect(publishedError("trigonometric", 3, pair)).toBeCloseTo(publishedError("positive", 3, pair), 10);
  expect(values.crossingNormLow).toBeLessThan(Number(values.crossingNormHigh));
  expect(Math.abs(Number(values.crossingNorm) / published - 1)).toBeLessThan(0.1);
  expect(Number(values.overPositiveLow)).toBeLessThan(Number(values.overPositive));
  expect(values.squaredError).toBeNull();
});

test("at the norm that is located the same draws err alike in both forms", () => {
  const sampled = [...draws({ features: 6, orthogonal: false, d: 4 }, 800, 1)];
  for (const angle of [110, 140]) {
    const { estimate: norm, low, high } = locateCrossing(sampled, angle, 4, seededRandom(1))!;
    const pair = pairAt(norm, angle, 4);
    const mean = (form: "trigonometric" | "positive") =>
      meanOf(sampled.map((draw) => (estimate(form, draw, pair) - pair.kernel) ** 2)).estimate;
    expect(Math.abs(mean("trigonometric") / mean("positive") - 1)).toBeLessThan(0.005);
    expect(low).toBeLessThan(norm);
    expect(high).toBeGreaterThan(norm);
  }
});

test("where the two never cross, none is located", () => {
  const sampled = [...draws({ features: 4, orthogonal: false, d: 4 }, 200, 1)];
  expect(locateCrossing(sampled, 60, 4, seededRandom(1))).toBeUndefined();
  expect(() => publishedCrossing(60, (norm) => pairAt(norm, 60, 4))).toThrow(RangeError);
  expect(() => kernelError().run({ ...base, form: "trigonometric over positive", angle: 60 }, { seed: 1 })).toThrow(
    UnsupportedError,
  );
  expect(kernelError().check!({ ...base, form: "trigonometric over positive", orthogonal: true })).toMatch(
    /independent/,
  );
});

test("means and ratios have the standard errors of their formulas", () => {
  expect(meanOf([1, 2, 3, 4])).toEqual({ estimate: 2.5, standardError: Math.sqrt(5 / 3 / 4) });
  const ratio = ratioOf([2, 4, 6], [1, 2, 3]);
  expect(ratio.estimate).toBe(2);
  expect(ratio.standardError).toBe(0);
});

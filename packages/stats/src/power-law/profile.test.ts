import { describe, expect, it } from "vitest";
import { gaussian, seeded } from "../../test/seeded.ts";
import { studentQuantile } from "../distributions/student.ts";
import { bootstrapCriticalRoots, correctedLogResiduals } from "./bootstrap-roots.ts";
import { powerLawData } from "./data.ts";
import { leverages } from "./leverage.ts";
import { FIRST_EXPONENT, INTERCEPT, predict } from "./model.ts";
import { type Fitted, profileEnd, signedRoot } from "./profile.ts";
import { minimizeFromStarts } from "./starts.ts";

const n = [1, 2, 4, 8, 16, 32, 64, 4096];

function fitted(seed: number, noise: number, withIntercept = true): Fitted {
  const normal = gaussian(seeded(seed));
  const values = n.map((x) => (5 + 2 * x) * Math.exp(noise * normal()));
  const data = powerLawData(values, { n }, 3);
  const minimum = minimizeFromStarts(data, withIntercept);
  return { data, minimum, withIntercept, degreesOfFreedom: n.length - (withIntercept ? 3 : 2) };
}

describe("signedRoot and profileEnd", () => {
  it("is zero at the estimate, positive below and negative above, and grows outward", () => {
    const fit = fitted(1, 0.05);
    const estimate = fit.minimum.parameters[FIRST_EXPONENT]!;
    const at = (value: number) => signedRoot(fit, FIRST_EXPONENT, value, fit.minimum.parameters).root;
    expect(at(estimate)).toBeCloseTo(0, 2);
    expect(at(estimate - 0.02)).toBeGreaterThan(0.1);
    expect(at(estimate - 0.04)).toBeGreaterThan(at(estimate - 0.02));
    expect(at(estimate + 0.02)).toBeLessThan(-0.1);
  });

  it("ends where the root reaches the critical value", () => {
    for (let seed = 0; seed < 10; seed++) {
      const fit = fitted(seed, 0.08);
      for (const critical of [1, 2.5]) {
        for (const limit of [-12, 12]) {
          const end = profileEnd(fit, FIRST_EXPONENT, critical, 0.01, limit);
          const { root } = signedRoot(fit, FIRST_EXPONENT, end, fit.minimum.parameters);
          expect(root / (limit < 0 ? critical : -critical)).toBeCloseTo(1, 3);
        }
      }
    }
  });

  it("agrees with the linear standard error of a pure law with little noise", () => {
    // For ln y on ln n the standard error of the slope is s / √Σ(z − z̄)², and the profile is Student's t.
    const fit = fitted(2, 0.001, false);
    const values = n.map((x, i) => 3 * x * (1 + 1e-4 * (i % 2 === 0 ? 1 : -1)));
    const data = powerLawData(values, { n }, 2);
    const pure = { ...fit, data, minimum: minimizeFromStarts(data, false) };
    const z = n.map(Math.log);
    const mean = z.reduce((a, b) => a + b) / z.length;
    const spread = z.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const error = Math.sqrt(pure.minimum.squares / pure.degreesOfFreedom / spread);
    const estimate = pure.minimum.parameters[FIRST_EXPONENT]!;
    expect((profileEnd(pure, FIRST_EXPONENT, 2, 0.01, 12) - estimate) / (2 * error)).toBeCloseTo(1, 2);
    expect((estimate - profileEnd(pure, FIRST_EXPONENT, 2, 0.01, -12)) / (2 * error)).toBeCloseTo(1, 2);
  });

  it("stops at the limit that the profile never leaves", () => {
    expect(profileEnd(fitted(1, 0.05), INTERCEPT, 1e6, 0.01, 0)).toBe(0);
  });
});

describe("leverages", () => {
  it("lie in [0, 1], sum to the number of free parameters, and peak at the far point", () => {
    const fit = fitted(3, 0.05);
    const found = leverages(fit.data, fit.minimum.parameters, [0, 1, 2]);
    expect(found.reduce((a, b) => a + b)).toBeCloseTo(3, 6);
    expect(Math.min(...found)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...found)).toBe(found[found.length - 1]);
  });

  it("count dependent directions once", () => {
    const fit = fitted(3, 0.05);
    expect(leverages(fit.data, fit.minimum.parameters, [1, 1]).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
  });
});

describe("bootstrap of the critical values", () => {
  it("inflates residuals by their leverage and centers them", () => {
    const fit = fitted(4, 0.05);
    const prediction = predict(fit.data, fit.minimum.parameters);
    const found = correctedLogResiduals(fit, prediction);
    expect(found.reduce((a, b) => a + b)).toBeCloseTo(0, 12);
    const leverage = leverages(fit.data, fit.minimum.parameters, [0, 1, 2]);
    const inflated = fit.data.values.map((y, i) => Math.log(y / prediction[i]!) / Math.sqrt(1 - leverage[i]!));
    expect(found[0]! - found[3]!).toBeCloseTo(inflated[0]! - inflated[3]!, 10);
  });

  it("never goes inside Student's t, and goes beyond it for skewed roots", () => {
    let beyondBelow = 0;
    let beyondAbove = 0;
    for (let seed = 0; seed < 10; seed++) {
      const fit = fitted(seed, 0.2);
      const student = studentQuantile(0.975, fit.degreesOfFreedom);
      const options = { random: seeded(seed), confidence: 0.95, resamples: 200 };
      for (const { below, above } of bootstrapCriticalRoots(fit, [0, 1, 2], options)) {
        expect(below).toBeGreaterThanOrEqual(student);
        expect(above).toBeGreaterThanOrEqual(student);
        if (below > 1.1 * student) beyondBelow++;
        if (above > 1.1 * student) beyondAbove++;
      }
    }
    expect(beyondBelow).toBeGreaterThan(1);
    expect(beyondAbove).toBeGreaterThan(1);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileModifiers, modifierDerivative } from "../compile.ts";
import { softcap } from "./softcap.ts";

const sizes = { batch: 1, heads: 1, queries: 1, keys: 1 };

describe("softcap", () => {
  it("hardly changes small logits and keeps large ones at the cap", () => {
    const apply = compileModifiers([softcap(30)], sizes);
    expect(apply(0.01, 0, 0, 0, 0)).toBeCloseTo(0.01, 8);
    expect(apply(15, 0, 0, 0, 0)).toBeCloseTo(30 * Math.tanh(0.5), 12);
    expect(apply(-1e300, 0, 0, 0, 0)).toBe(-30);
    expect(apply(Number.NEGATIVE_INFINITY, 0, 0, 0, 0)).toBe(-30);
  });

  it("has the derivative 1 − tanh², without cancellation", () => {
    const derivative = modifierDerivative([softcap(2)], sizes);
    fc.assert(
      fc.property(fc.double({ min: -8, max: 8, noNaN: true }), (logit) => {
        expect(derivative(logit, 0, 0, 0, 0)).toBeCloseTo(1 - Math.tanh(logit / 2) ** 2, 12);
      }),
    );
    const far = derivative(100, 0, 0, 0, 0) / (4 * Math.exp(-100));
    expect(far).toBeCloseTo(1, 12);
    expect(derivative(1e6, 0, 0, 0, 0)).toBe(0);
  });

  it("refuses a cap that is not positive", () => {
    expect(() => softcap(0)).toThrow("softcap.cap is 0; it needs to be a positive number");
    expect(() => softcap(Number.POSITIVE_INFINITY)).toThrow("softcap.cap is Infinity; it needs to be a finite number");
  });
});

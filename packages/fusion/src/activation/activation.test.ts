import { describe, expect, it } from "vitest";
import { activationOf } from "./activation.ts";
import { normalCumulative } from "./normal-cumulative.ts";

describe("activationOf", () => {
  it.each([
    ["identity", -2.5, -2.5],
    ["relu", -2.5, 0],
    ["relu", 2.5, 2.5],
    ["tanh", 0.5, Math.tanh(0.5)],
    ["sigmoid", 0, 0.5],
    ["sigmoid", -800, 0],
    ["sigmoid", Math.log(3), 0.75],
    // x·Φ(x) with Φ from tables of the normal distribution
    ["gelu", 1, 0.841344746068543],
    ["gelu", -1, -0.158655253931457],
    ["gelu", 3, 3 * 0.99865010196837],
    ["gelu", 100, 100],
    ["gelu", Number.NEGATIVE_INFINITY, 0],
  ] as const)("%s of %d is %d", (activation, x, y) => {
    expect(activationOf(activation)(x)).toBeCloseTo(y, 13);
  });

  it.each(["identity", "relu", "gelu", "tanh", "sigmoid"] as const)("%s keeps NaN", (activation) => {
    expect(activationOf(activation)(Number.NaN)).toBeNaN();
  });
});

describe("normalCumulative", () => {
  it("is the integral of the density", () => {
    const step = 1e-3;
    let integral = 0.5;
    for (let index = 0; index < 5000; index += 1) {
      expect(normalCumulative(index * step)).toBeCloseTo(integral, 7);
      const middle = (index + 0.5) * step;
      integral += (step * Math.exp((-middle * middle) / 2)) / Math.sqrt(2 * Math.PI);
    }
  });

  it("is symmetric around one half, and 0 and 1 far out", () => {
    for (const x of [0, 0.3, 1, 4, 8, 8.4, 50]) expect(normalCumulative(x) + normalCumulative(-x)).toBeCloseTo(1, 14);
    expect([normalCumulative(-50), normalCumulative(50), normalCumulative(0)]).toEqual([0, 1, 0.5]);
  });
});

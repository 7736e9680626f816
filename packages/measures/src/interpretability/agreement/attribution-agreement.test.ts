import { kendallTau } from "@xattn/stats";
import { describe, expect, test } from "vitest";
import { gradientTimesInput, perItem } from "../attribution/gradient-times-input.ts";
import { meanWeights } from "../explained/attention-map.ts";
import type { Explained, ExplainedAttention } from "../explained/explained.ts";
import { linearModel, randomExplained } from "../testing/models.ts";
import { attributionAgreement } from "./attribution-agreement.ts";

/** A linear score with weights beside it that need not have anything to do with it. */
function beside(weights: readonly number[], contributions: readonly number[]): Explained & ExplainedAttention {
  const items = weights.length;
  return {
    ...linearModel(items, new Array<number>(items).fill(1), contributions),
    attention: { heads: 1, queries: 1, items, weights: Float64Array.from(weights) },
    decide: () => Float64Array.of(0, 0),
    decideGradient: () => new Float64Array(items),
  };
}

describe("attribution agreement", () => {
  test("all three are 1 where weights rank the contributions, and −1 where they rank them backwards", () => {
    const all = (tau: number) => ({ gradientTimesInput: tau, integratedGradients: tau, leaveOneOut: tau });
    expect(attributionAgreement(beside([0.1, 0.2, 0.3, 0.4], [1, 3, 4, 9]))).toEqual(all(1));
    expect(attributionAgreement(beside([0.4, 0.3, 0.2, 0.1], [1, 3, 4, 9]))).toEqual(all(-1));
  });

  test("size without sign, unless signs are asked for", () => {
    const model = beside([0.1, 0.2, 0.3, 0.4], [1, 3, -4, -9]);
    expect(attributionAgreement(model, { target: 0 }).leaveOneOut).toBe(1);
    expect(attributionAgreement(model, { target: 0, absolute: false }).leaveOneOut).toBeCloseTo(-2 / 3, 12);
  });

  test("with ties it is τ_b", () => {
    const model = beside([0.2, 0.2, 0.2, 0.4], [1, 2, 2, 3]);
    // Pairs: 3 concordant, none discordant, 3 tied in the weights, 1 in the contributions.
    expect(attributionAgreement(model).gradientTimesInput).toBeCloseTo(3 / Math.sqrt(3 * 5), 12);
  });

  test("the decision is what is attributed, and weights are averaged over heads and queries", () => {
    const explained = randomExplained({ items: 6 }, 21, "logits");
    const scores = explained.predict(explained.inputs);
    const decision = scores.indexOf(Math.max(...scores));
    expect(attributionAgreement(explained)).toEqual(attributionAgreement(explained, { target: decision }));
    const sizes = perItem(explained, gradientTimesInput(explained, decision)).map(Math.abs);
    expect(attributionAgreement(explained).gradientTimesInput).toBe(
      kendallTau(meanWeights(explained.attention), sizes),
    );
    expect(attributionAgreement(explained, { target: (decision + 1) % 3 })).not.toEqual(
      attributionAgreement(explained),
    );
  });

  test("weights that rank nothing agree with nothing", () => {
    expect(attributionAgreement(beside([0.25, 0.25, 0.25, 0.25], [1, 3, 4, 9])).leaveOneOut).toBe(0);
  });
});

import { describe, expect, it } from "vitest";
import { seededRandom } from "../../random/random.ts";
import { zeros } from "../../tensor/create.ts";
import { randomNormal } from "../../tensor/random-normal.ts";
import { multiHeadAttention } from "../multi-head/multi-head.ts";
import { randomProjection } from "../projection/projection.ts";
import { affine, distance, matrixOf, multiply, scaled, softmaxOf, transpose } from "../testing/matrix.ts";
import { biased } from "../testing/random.ts";
import { crossModalAttention, languageAttendsVision, visionAttendsLanguage } from "./cross-modal.ts";

const random = seededRandom(11);
const vision = randomNormal(random, [2, 9, 6]);
const language = randomNormal(random, [2, 4, 5]);
const visionLooks = { query: biased(random, 6, 3), key: biased(random, 5, 3), value: biased(random, 5, 7) };
const languageLooks = { query: biased(random, 5, 3), key: biased(random, 6, 3), value: biased(random, 6, 7) };
const reference = { backend: "reference", weights: true } as const;

describe("cross-modal attention", () => {
  it("is softmax(Q_L·K_Vᵀ/√d)V_V, of language looking at vision", () => {
    const found = crossModalAttention({ queries: language, context: vision }, languageLooks, reference);
    for (const b of [0, 1]) {
      const l = matrixOf(language, b);
      const v = matrixOf(vision, b);
      const logits = multiply(affine(l, languageLooks.query), transpose(affine(v, languageLooks.key)));
      const weights = softmaxOf(scaled(logits, 1 / Math.sqrt(3)));
      expect(distance(matrixOf(found.weights!, b, 0), weights)).toBeLessThan(1e-12);
      expect(distance(matrixOf(found.output, b), multiply(weights, affine(v, languageLooks.value)))).toBeLessThan(
        1e-12,
      );
    }
    expect(languageAttendsVision({ vision, language }, languageLooks, reference)).toEqual(found);
  });

  it("looks the other way round as A_VL", () => {
    const found = visionAttendsLanguage({ vision, language }, visionLooks, reference);
    expect(found).toEqual(crossModalAttention({ queries: vision, context: language }, visionLooks, reference));
    expect(found.output.shape).toEqual([2, 9, 7]);
    expect(found.weights!.shape).toEqual([2, 1, 9, 4]);
  });

  it("becomes multi-head attention with heads and W^O", () => {
    const projections = {
      query: randomProjection(random, 5, 6),
      key: randomProjection(random, 6, 6),
      value: randomProjection(random, 6, 4),
      output: randomProjection(random, 4, 3),
      heads: 2,
    };
    const inputs = { queries: language, context: vision };
    expect(crossModalAttention(inputs, projections)).toEqual(multiHeadAttention(inputs, projections));
  });

  it("names its modalities in errors", () => {
    expect(() => visionAttendsLanguage({ vision: zeros([1, 2]), language }, visionLooks)).toThrow(/^vision: /);
    expect(() => visionAttendsLanguage({ vision, language: zeros([1, 2, 5]) }, visionLooks)).toThrow(/^language: /);
    expect(() => languageAttendsVision({ vision, language: zeros([1, 2]) }, languageLooks)).toThrow(/^language: /);
    expect(() => languageAttendsVision({ vision, language }, visionLooks)).toThrow(
      "projections.query.weight: shape [6, 3] does not fit: needs [dq, h·d] = [5, h·d], after language [2, 4, 5]",
    );
  });
});

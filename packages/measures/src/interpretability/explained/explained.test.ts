import { joinHeads, multiHeadAttention, tensor, toFloat64 } from "@xattn/core";
import { describe, expect, test } from "vitest";
import {
  centralDifferences,
  largestGap,
  matrixOf,
  permuted,
  permutedColumns,
  randomClassifier,
  randomExplained,
} from "../testing/models.ts";
import { explainClassifier } from "./attention-classifier.ts";
import { attentionMap, meanWeights, rowsOf } from "./attention-map.ts";
import { baselineOf, erasingInputs, erasingWeights } from "./erasure.ts";
import { decisionOf, scoreOf, softmax } from "./scores.ts";

describe("attentionMap", () => {
  const weights = tensor([1, 2, 1, 2], Float64Array.of(0.25, 0.75, 1, 0));

  test("takes what attention returns, or less axes", () => {
    const map = attentionMap(weights);
    expect(map).toEqual({ heads: 2, queries: 1, items: 2, weights: Float64Array.of(0.25, 0.75, 1, 0) });
    expect(rowsOf(map)).toEqual([Float64Array.of(0.25, 0.75), Float64Array.of(1, 0)]);
    expect([...meanWeights(map)]).toEqual([0.625, 0.375]);
    expect(attentionMap(tensor([2, 2], weights.data as Float64Array))).toMatchObject({ heads: 1, queries: 2 });
    expect(attentionMap(tensor([4], weights.data as Float64Array))).toMatchObject({ queries: 1, items: 4 });
  });

  test("refuses a batch", () => {
    expect(() => attentionMap(tensor([2, 1, 1, 2], [1, 0, 1, 0]))).toThrow(/shape \[2, 1, 1, 2\] needs to be \[m\]/);
    expect(() => attentionMap(tensor([], [1]))).toThrow(/needs to be \[m\]/);
  });
});

test("scores: the first of equal ones is decided; a target without score is named", () => {
  expect(decisionOf(Float64Array.of(1, 3, 3))).toBe(1);
  expect(() => scoreOf(Float64Array.of(1, 2), 2)).toThrow(/target: 2 is not one of the scores 0 to 1/);
  expect([...softmax(Float64Array.of(1000, 1000))]).toEqual([0.5, 0.5]);
});

describe.each(["probabilities", "logits"] as const)("a classifier with %s", (scores) => {
  const { classifier, inputs } = randomClassifier({ heads: 3, queries: 2, items: 5 }, 7, scores);
  const explained = explainClassifier(classifier, inputs);
  const predicted = explained.predict(explained.inputs);

  test("predicts what multi-head attention with an identity for its queries gives", () => {
    const [heads, n, d] = classifier.query.shape.slice(1) as [number, number, number];
    const identity = Float64Array.from({ length: (heads * d) ** 2 }, (_, at) => (at % (heads * d + 1) === 0 ? 1 : 0));
    const { output } = multiHeadAttention(
      { queries: joinHeads(classifier.query), context: tensor([1, 5, 4], toFloat64(inputs)) },
      {
        heads,
        query: { weight: matrixOf(heads * d, heads * d, identity) },
        key: classifier.key,
        value: classifier.value,
        output: classifier.readout,
      },
      { backend: "reference" },
    );
    const logits = Float64Array.from({ length: 3 }, (_, of) => {
      let sum = 0;
      for (let query = 0; query < n; query += 1) sum += Number(output.data[query * 3 + of]!) / n;
      return sum;
    });
    expect(largestGap(predicted, scores === "logits" ? logits : softmax(logits))).toBeLessThan(1e-12);
  });

  test("decides the same from its own weights", () => {
    expect(largestGap(explained.decide(explained.attention.weights), predicted)).toBeLessThan(1e-12);
  });

  test.each([0, 1, 2])("has the gradients of score %i, by inputs and by weights", (target) => {
    const byInputs = centralDifferences((at) => explained.predict(at)[target]!, explained.inputs);
    expect(largestGap(explained.gradient(explained.inputs, target), byInputs)).toBeLessThan(1e-8);
    const { weights } = explained.attention;
    const byWeights = centralDifferences((at) => explained.decide(at)[target]!, weights);
    const one = predicted.map((_, index) => (index === target ? 1 : 0));
    expect(largestGap(explained.decideGradient(weights, one), byWeights)).toBeLessThan(1e-8);
  });

  test("with items in another order: the same scores, weights and gradients in that order", () => {
    const order = [3, 0, 4, 1, 2];
    const other = explainClassifier(classifier, matrixOf(5, 4, permuted(explained.inputs, order)));
    expect(largestGap(other.predict(other.inputs), predicted)).toBeLessThan(1e-12);
    expect(largestGap(other.attention.weights, permutedColumns(explained.attention.weights, order))).toBeLessThan(
      1e-12,
    );
    const gradient = permuted(explained.gradient(explained.inputs, 1), order);
    expect(largestGap(other.gradient(other.inputs, 1), gradient)).toBeLessThan(1e-12);
  });
});

describe("erasure", () => {
  test("erasing weights is the model without these items", () => {
    const { classifier, inputs } = randomClassifier({ items: 5 }, 3);
    const kept = [true, false, true, true, false];
    const left = matrixOf(
      3,
      4,
      permuted(toFloat64(inputs), [0, 1, 2, 3, 4]).filter((_, at) => kept[Math.floor(at / 4)]),
    );
    const without = explainClassifier(classifier, left);
    const erased = erasingWeights(explainClassifier(classifier, inputs))(kept);
    expect(largestGap(erased, without.predict(without.inputs))).toBeLessThan(1e-12);
    expect(largestGap(erased, explainClassifier(classifier, inputs).predict(toFloat64(inputs)))).toBeGreaterThan(1e-3);
  });

  test("erasing all weights leaves the readout's bias", () => {
    const { classifier, inputs } = randomClassifier({}, 3, "logits");
    const scores = erasingWeights(explainClassifier(classifier, inputs))([false, false, false, false, false]);
    expect(largestGap(scores, toFloat64(classifier.readout.bias!))).toBeLessThan(1e-12);
  });

  test("erasing inputs puts the baseline in their place", () => {
    const explained = randomExplained({ items: 3, width: 2 }, 5);
    const baseline = Float64Array.of(0.5, -1);
    const moved = Float64Array.from([...explained.inputs.subarray(0, 2), 0.5, -1, ...explained.inputs.subarray(4)]);
    expect(erasingInputs(explained, baseline)([true, false, true])).toEqual(explained.predict(moved));
    const zeros = Float64Array.from(explained.inputs, (value, at) => (at < 4 ? value : 0));
    expect(erasingInputs(explained)([true, true, false])).toEqual(explained.predict(zeros));
    expect(baselineOf(explained, zeros)).toEqual(zeros);
    expect(() => erasingInputs(explained, Float64Array.of(1, 2, 3))).toThrow(/3 numbers; needs 2, or 3 × 2/);
  });
});

test("softmax attention is what the map holds", () => {
  const { classifier, inputs } = randomClassifier({ heads: 1, queries: 1 }, 9);
  const { attention: map } = explainClassifier(classifier, inputs);
  expect(map.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  expect(() => explainClassifier(classifier, tensor([1, 5, 4], toFloat64(inputs)))).toThrow(/needs to be \[m, w\]/);
});

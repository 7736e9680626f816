import { type Random, seededRandom } from "@xattn/core";
import { beforeAll, describe, expect, test } from "vitest";
import { jensenShannon, totalVariation } from "../../robustness/response/distributions.ts";
import { centralDifferences, largestGap, randomDistribution } from "../testing/models.ts";
import { adam } from "./adam.ts";
import { attentiveClassifier, type LabelledItems } from "./attentive-classifier.ts";
import { backward, forward } from "./attentive-model.ts";
import {
  type AdversarialModel,
  adversarialTraining,
  frozenWeights,
  modelDifference,
  seedVariance,
  uniformWeights,
} from "./diagnostics.ts";
import type { AttentionFamily, TrainedAttention } from "./family.ts";
import { adversarialLoss, crossEntropy } from "./loss.ts";
import { emptyParameters, randomParameters } from "./parameters.ts";

const width = 3;
const count = 6;
const heldOutExamples = 200;

/**
 * Six items with a sign each and a number of noise. `odd`: one item's first feature is not that of the others, and its
 * sign is the label; which item that is cannot be told from it alone. `everywhere`: every sign is the label.
 */
function examplesOf(kind: "odd" | "everywhere", examples: number, random: Random): LabelledItems[] {
  return Array.from({ length: examples }, () => {
    const label = random.integer(0, 1);
    const common = 2 * random.integer(0, 1) - 1;
    const odd = random.integer(0, count - 1);
    const items = Array.from({ length: count }, (_, item) => {
      const sign = kind === "everywhere" || item === odd ? label : random.integer(0, 1);
      return [item === odd ? -common : common, 2 * sign - 1, random.normal()];
    });
    return { items: Float64Array.from(items.flat()), label };
  });
}

function familyOf(kind: "odd" | "everywhere"): AttentionFamily {
  const random = seededRandom(31);
  return attentiveClassifier({
    width,
    classes: 2,
    training: examplesOf(kind, 200, random.fork("a")),
    heldOut: examplesOf(kind, heldOutExamples, random.fork("b")),
    epochs: 60,
  });
}

/** A family of which all is known: one example with two items, and a performance for each body, source and seed. */
const known: AttentionFamily = {
  train(body, source, seed) {
    const explanations = { weights: [Float64Array.of(1 / seed, 1 - 1 / seed)], scores: [Float64Array.of(1, 0)] };
    const start = { learned: 0.9, uniform: 0.6, frozen: 0.7, adversarial: 0.5 }[source.kind];
    const guide = source.kind === "frozen" ? source.from.performance / 10 : 0;
    const strength = source.kind === "adversarial" ? source.lambda / 10 : 0;
    return {
      performance: start + guide - strength + (body === "itemwise" ? -0.1 : 0) + seed / 100,
      training: explanations,
      heldOut: explanations,
    };
  },
};

describe("the model", () => {
  const sizes = { width: 3, hidden: 4, classes: 3 };
  const random = seededRandom(2);
  const items = Float64Array.from({ length: 15 }, () => random.normal());
  const base = { scores: Float64Array.of(0.5, 0.2, 0.3), weights: randomDistribution(5, random) };

  test.each([
    ["cross-entropy, contextual", true, undefined, false],
    ["cross-entropy, itemwise, weights given", false, base.weights, false],
    ["adversarial, contextual", true, undefined, true],
  ] as const)("has the gradients of its loss: %s", (_, contextual, given, adversarial) => {
    const parameters = randomParameters(sizes, random);
    parameters.bias.set([0.1, -0.2, 0.3, 0]);
    const lossAt = (pass: ReturnType<typeof forward>) =>
      adversarial ? adversarialLoss(pass.scores, pass.weights, base, 0.4) : crossEntropy(pass.scores, 1);
    const value = (all: Float64Array) => {
      const moved = emptyParameters(sizes);
      moved.all.set(all);
      return lossAt(forward(moved, sizes, items, contextual, given)).value;
    };
    const pass = forward(parameters, sizes, items, contextual, given);
    const { byScores, byWeights } = lossAt(pass);
    const gradients = emptyParameters(sizes);
    backward(parameters, sizes, pass, byScores, byWeights, gradients);
    expect(largestGap(gradients.all, centralDifferences(value, parameters.all))).toBeLessThan(1e-8);
  });

  test("with uniform weights and no context its summary is the mean hidden state; items may come in any order", () => {
    const parameters = randomParameters(sizes, random);
    const { summary, hidden } = forward(parameters, sizes, items, false, new Float64Array(5).fill(0.2));
    const mean = Array.from({ length: 4 }, (_, unit) =>
      [0, 1, 2, 3, 4].reduce((sum, item) => sum + hidden[item * 4 + unit]! / 5, 0),
    );
    expect(largestGap(summary, mean)).toBeLessThan(1e-12);
    const turned = Float64Array.from([...items.subarray(3), ...items.subarray(0, 3)]);
    const scores = (at: Float64Array) => forward(parameters, sizes, at, true).scores;
    expect(largestGap(scores(turned), scores(items))).toBeLessThan(1e-12);
  });

  test("adam: the first step is the rate, whatever the slope; it finds the bottom of a valley", () => {
    const at = Float64Array.of(1, 1);
    const optimizer = adam(2, 0.1);
    optimizer.step(at, Float64Array.of(1e-3, -50));
    expect([...at]).toEqual([expect.closeTo(0.9, 4), expect.closeTo(1.1, 6)]);
    const down = adam(2, 0.1);
    for (let step = 0; step < 500; step += 1) down.step(at, Float64Array.of(2 * (at[0]! - 3), 200 * (at[1]! + 1)));
    expect([...at]).toEqual([expect.closeTo(3, 2), expect.closeTo(-1, 2)]);
  });
});

describe("the diagnostics of a family of which all is known", () => {
  const base = known.train("contextual", { kind: "learned" }, 1);

  test("uniform weights, means over seeds", () => {
    const { learned, uniform, gap } = uniformWeights(known, [1, 3]);
    expect([learned, uniform, gap]).toEqual([0.92, 0.62, 0.3].map((value) => expect.closeTo(value, 12)));
    expect(() => uniformWeights(known, [])).toThrow(/seeds: 0 of them; needs at least 1/);
  });

  test("seeds against the first", () => {
    const [, far] = seedVariance(known, [1, 1, 2]);
    expect(far!.jensenShannon).toBeCloseTo(jensenShannon([1, 0], [0.5, 0.5]), 12);
    expect(far!.totalVariation).toBe(0);
    expect(() => seedVariance(known, [1])).toThrow(/seeds: 1 of them; needs at least 2/);
  });

  test("frozen weights guide a model without context", () => {
    const [adversary] = adversarialTraining(known, base, [2], 4);
    expect(adversary!.performance).toBeCloseTo(0.5 - 0.2 + 0.04, 12);
    const guided = frozenWeights(known, base, adversary!.model, [1, 3]);
    expect(guided.uniform).toBeCloseTo(0.6 - 0.1 + 0.02, 12);
    expect(guided.learned).toBeCloseTo(0.9 - 0.1 + 0.02, 12);
    expect(guided.base).toBeCloseTo(0.7 + 0.091 - 0.1 + 0.02, 12);
    expect(guided.adversarial).toBeCloseTo(0.7 + 0.034 - 0.1 + 0.02, 12);
  });
});

describe("the diagnostics of trained models", () => {
  const family = familyOf("odd");
  let base: TrainedAttention;
  let adversaries: readonly AdversarialModel[];
  beforeAll(() => {
    base = family.train("contextual", { kind: "learned" }, 1);
    adversaries = adversarialTraining(family, base, [0, 1], 5);
  });

  test("the base model learns, and looks at the odd item more than chance does", () => {
    expect(base.performance).toBeGreaterThan(0.95);
    const heaviest = base.heldOut.weights.map((row) => Math.max(...row));
    expect(heaviest.reduce((sum, weight) => sum + weight, 0) / heldOutExamples).toBeGreaterThan(0.4);
  });

  test("uniform and frozen weights are what they are called", () => {
    const uniform = family.train("contextual", { kind: "uniform" }, 1);
    expect([...uniform.heldOut.weights[0]!]).toEqual(new Array(count).fill(1 / count));
    const frozen = family.train("itemwise", { kind: "frozen", from: base }, 5);
    expect(frozen.heldOut.weights).toEqual(base.heldOut.weights);
    expect(frozen.training.weights).toEqual(base.training.weights);
  });

  test("where every item carries the label, weights make no difference", () => {
    expect(uniformWeights(familyOf("everywhere"), [1]).gap).toBeCloseTo(0, 2);
  });

  test("the same seed is the same model, another is another", () => {
    expect(family.train("contextual", { kind: "learned" }, 1)).toEqual(base);
    const [other] = seedVariance(family, [1, 2]);
    expect(other!.jensenShannon).toBeGreaterThan(0.01);
  });

  test("an adversary has other weights than the base model, and pays for them with other scores", () => {
    const [none, much] = adversaries as [AdversarialModel, AdversarialModel];
    expect(none.totalVariation).toBeLessThan(0.05);
    expect(much.jensenShannon).toBeGreaterThan(none.jensenShannon + 0.2);
    expect(much.totalVariation).toBeGreaterThan(none.totalVariation);
    expect(much.performance).toBe(much.model.performance);
  });

  test("the base model's weights guide a model without context, and its adversary's do not", () => {
    const guided = frozenWeights(family, base, adversaries[1]!.model, [4]);
    expect(guided.base).toBeGreaterThan(guided.uniform + 0.15);
    expect(guided.base).toBeGreaterThan(guided.learned + 0.1);
    expect(guided.base).toBeGreaterThan(guided.adversarial + 0.15);
  });

  test("the difference of models is the mean over the held-out examples", () => {
    const other = adversaries[1]!.model;
    const mean = (of: (at: number) => number) =>
      Array.from({ length: heldOutExamples }, (_, at) => of(at)).reduce((sum, value) => sum + value, 0) /
      heldOutExamples;
    const difference = modelDifference(base, other);
    const [left, right] = [base.heldOut, other.heldOut];
    expect(difference.jensenShannon).toBeCloseTo(
      mean((at) => jensenShannon(left.weights[at]!, right.weights[at]!)),
      12,
    );
    expect(difference.totalVariation).toBeCloseTo(
      mean((at) => totalVariation(left.scores[at]!, right.scores[at]!)),
      12,
    );
  });

  test("refuses examples that are none", () => {
    const options = { width: 4, classes: 2, training: [], heldOut: [] };
    expect(() => attentiveClassifier(options)).toThrow(/training: there are no examples/);
    const odd = [{ items: new Float64Array(6), label: 0 }];
    expect(() => attentiveClassifier({ ...options, training: odd })).toThrow(
      /example 0 has 6 numbers; needs a multiple/,
    );
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { explainClassifier } from "../explained/attention-classifier.ts";
import { erasingInputs, erasingWeights } from "../explained/erasure.ts";
import type { Explained } from "../explained/explained.ts";
import {
  centralDifferences,
  gatheringModel,
  largestGap,
  linearModel,
  matrixOf,
  permuted,
  randomClassifier,
  randomExplained,
} from "../testing/models.ts";
import { weightGradient, weightTimesGradient } from "./by-weights.ts";
import { gaussLegendre } from "./gauss-legendre.ts";
import { gradientTimesInput, perItem } from "./gradient-times-input.ts";
import { integratedGradients } from "./integrated-gradients.ts";
import { leaveOneOut } from "./leave-one-out.ts";

describe("gaussLegendre", () => {
  test("two and three points, as they are known", () => {
    const two = gaussLegendre(2);
    expect(two.nodes[0]).toBeCloseTo(0.5 - 1 / (2 * Math.sqrt(3)), 14);
    expect(two.weights[0]).toBeCloseTo(0.5, 14);
    const three = gaussLegendre(3);
    expect(three.nodes[1]).toBeCloseTo(0.5, 14);
    expect(three.nodes[2]).toBeCloseTo(0.5 + Math.sqrt(0.6) / 2, 14);
    expect(three.weights.map((weight) => weight * 18)).toEqual([5, 8, 5].map((weight) => expect.closeTo(weight, 12)));
    expect(gaussLegendre(1)).toEqual({ nodes: [expect.closeTo(0.5, 14)], weights: [expect.closeTo(1, 14)] });
  });

  test.each([1, 4, 9, 50])("%i points integrate every power below twice as many, and not the next", (points) => {
    const { nodes, weights } = gaussLegendre(points);
    const integral = (power: number) => nodes.reduce((sum, node, k) => sum + weights[k]! * node ** power, 0);
    for (let power = 0; power < 2 * points; power += 1) expect(integral(power)).toBeCloseTo(1 / (power + 1), 12);
    if (points < 9) expect(Math.abs(integral(2 * points) - 1 / (2 * points + 1))).toBeGreaterThan(1e-6);
  });
});

const numbers = (length: number) =>
  fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: length, maxLength: length });

test("on a linear score, gradient × input, integrated gradients and leaving out are the contributions", () => {
  fc.assert(
    fc.property(numbers(6), numbers(6), (inputs, slopes) => {
      const model = linearModel(3, inputs, slopes);
      const contributions = [0, 2, 4].map((at) => inputs[at]! * slopes[at]! + inputs[at + 1]! * slopes[at + 1]!);
      const { attributions, convergenceDelta } = integratedGradients(model, 0);
      expect(largestGap(perItem(model, gradientTimesInput(model, 0)), contributions)).toBeLessThan(1e-12);
      expect(largestGap(perItem(model, attributions), contributions)).toBeLessThan(1e-12);
      expect(largestGap(leaveOneOut(erasingInputs(model), 3, 0), contributions)).toBeLessThan(1e-12);
      expect(convergenceDelta).toBeCloseTo(0, 12);
    }),
  );
});

describe("integrated gradients", () => {
  /** x₁·x₂ + x₃³: each of the first two has half of the product, the third all of its own. */
  const product: Explained = {
    items: 3,
    inputs: Float64Array.of(2, 3, -1.5),
    predict: ([a = 0, b = 0, c = 0]) => Float64Array.of(a * b + c ** 3),
    gradient: ([a = 0, b = 0, c = 0]) => Float64Array.of(b, a, 3 * c * c),
  };

  test("closed form of a product", () => {
    const { attributions } = integratedGradients(product, 0);
    expect([...attributions]).toEqual([3, 3, -3.375].map((value) => expect.closeTo(value, 10)));
    const { attributions: from } = integratedGradients(product, 0, { baseline: Float64Array.of(1, 0, 0) });
    // ∫₀¹ 3α dα = 3/2, and ∫₀¹ (1 + α)·3 dα = 9/2.
    expect([...from]).toEqual([1.5, 4.5, -3.375].map((value) => expect.closeTo(value, 10)));
  });

  test("are complete for attention: they sum to the change of the score, however the path begins", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        numbers(4),
        fc.integer({ min: 0, max: 2 }),
        (seed, baseline, target) => {
          const explained = randomExplained({}, seed);
          const options = { baseline: Float64Array.from(baseline) };
          const { attributions, convergenceDelta } = integratedGradients(explained, target, options);
          const start = explained.inputs.map((_, at) => baseline[at % 4]!);
          const change = explained.predict(explained.inputs)[target]! - explained.predict(start)[target]!;
          const sum = attributions.reduce((total, value) => total + value, 0);
          expect(sum - change).toBeCloseTo(convergenceDelta, 12);
          expect(Math.abs(convergenceDelta)).toBeLessThan(1e-3);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("the error of the quadrature falls with its points", () => {
    const explained = randomExplained({}, 12);
    const error = (nSteps: number) => Math.abs(integratedGradients(explained, 0, { nSteps }).convergenceDelta);
    expect(error(50)).toBeLessThan(1e-6);
    expect(error(2)).toBeGreaterThan(100 * error(50));
  });
});

test("items in another order: attributions in that order", () => {
  const { classifier, inputs } = randomClassifier({}, 14);
  const order = [4, 2, 0, 3, 1];
  const explained = explainClassifier(classifier, inputs);
  const other = explainClassifier(classifier, matrixOf(5, 4, permuted(explained.inputs, order)));
  for (const of of [
    (model: typeof explained) => perItem(model, gradientTimesInput(model, 2)),
    (model: typeof explained) => perItem(model, integratedGradients(model, 2).attributions),
    (model: typeof explained) => leaveOneOut(erasingInputs(model), 5, 2),
    (model: typeof explained) => leaveOneOut(erasingWeights(model), 5, 2),
    (model: typeof explained) => weightGradient(model, 2),
    (model: typeof explained) => weightTimesGradient(model, 2),
  ]) {
    expect(largestGap(of(other), permuted(of(explained), order))).toBeLessThan(1e-10);
  }
});

test("attributions follow the scale of the score", () => {
  const explained = randomExplained({}, 4, "logits");
  const threefold: Explained = {
    ...explained,
    predict: (at) => explained.predict(at).map((score) => 3 * score),
    gradient: (at, target) => explained.gradient(at, target).map((slope) => 3 * slope),
  };
  const both = (of: (model: Explained) => Float64Array) =>
    [of(threefold), of(explained).map((value) => 3 * value)] as const;
  for (const [scaled, expected] of [
    both((model) => gradientTimesInput(model, 1)),
    both((model) => integratedGradients(model, 1).attributions),
    both((model) => leaveOneOut(erasingInputs(model), 5, 1)),
  ]) {
    expect(largestGap(scaled, expected)).toBeLessThan(1e-10);
  }
});

describe("by weights", () => {
  test("what is gathered linearly: the values, and the values times the weights", () => {
    const model = gatheringModel(
      [0.5, 0.3, 0.2],
      [
        [1, 0],
        [-2, 4],
        [3, 0],
      ],
    );
    expect([...weightGradient(model, 0)]).toEqual([1, -2, 3]);
    expect([...weightTimesGradient(model, 0)]).toEqual([0.5, -0.6, 0.6].map((value) => expect.closeTo(value, 12)));
    expect([...weightGradient(model, 1)]).toEqual([0, 4, 0]);
  });

  test("sums over heads and queries, against central differences", () => {
    const explained = randomExplained({}, 8);
    const { items, weights } = explained.attention;
    const slopes = centralDifferences((at) => explained.decide(at)[2]!, weights);
    const sums = (of: (slope: number, index: number) => number) =>
      Array.from({ length: items }, (_, item) =>
        slopes.reduce((sum, slope, index) => sum + (index % items === item ? of(slope, index) : 0), 0),
      );
    expect(
      largestGap(
        weightGradient(explained, 2),
        sums((slope) => slope),
      ),
    ).toBeLessThan(1e-8);
    expect(
      largestGap(
        weightTimesGradient(explained, 2),
        sums((slope, at) => slope * weights[at]!),
      ),
    ).toBeLessThan(1e-8);
  });

  test("leaving out by weights is scaling the others up", () => {
    const model = gatheringModel([0.5, 0.3, 0.2], [[1], [-2], [3]]);
    const whole = 0.5 - 0.6 + 0.6;
    const expected = [whole - (-0.6 + 0.6) / 0.5, whole - (0.5 + 0.6) / 0.7, whole - (0.5 - 0.6) / 0.8];
    expect(largestGap(leaveOneOut(erasingWeights(model), 3, 0), expected)).toBeLessThan(1e-12);
  });
});

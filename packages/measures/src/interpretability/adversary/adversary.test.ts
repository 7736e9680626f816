import { seededRandom } from "@xattn/core";
import { describe, expect, test } from "vitest";
import { jensenShannon, totalVariation } from "../../robustness/response/distributions.ts";
import type { AttentionMap } from "../explained/explained.ts";
import { centralDifferences, gatheringModel, largestGap, permuted, randomExplained } from "../testing/models.ts";
import { type AdversaryOptions, adversarialAttention } from "./adversarial-attention.ts";
import { divergenceGradient, mapDivergence, weightsOf } from "./divergence.ts";

const search = (model: Parameters<typeof adversarialAttention>[0], options = {}) =>
  adversarialAttention(model, seededRandom(1), options);

test("the gradient of the divergence by logits, over several rows", () => {
  const { attention } = randomExplained({ items: 4 }, 2);
  const random = seededRandom(4);
  const logits = attention.weights.map(() => random.normal());
  const numeric = centralDifferences((at) => mapDivergence(attention, weightsOf(4, at)), logits);
  expect(largestGap(divergenceGradient(attention, weightsOf(4, logits)), numeric)).toBeLessThan(1e-9);
});

/** The highest divergence within epsilon on a grid over all distributions of three items. */
function gridSearch(weights: readonly number[], values: readonly (readonly number[])[], epsilon: number): number {
  const { attention, decide } = gatheringModel(weights, values);
  const scores = decide(attention.weights);
  const cells = 400;
  let best = 0;
  for (let first = 0; first <= cells; first += 1) {
    for (let second = 0; first + second <= cells; second += 1) {
      const at = Float64Array.of(first / cells, second / cells, (cells - first - second) / cells);
      if (totalVariation(scores, decide(at)) <= epsilon) best = Math.max(best, jensenShannon(attention.weights, at));
    }
  }
  return best;
}

describe("adversarial attention", () => {
  test("where all values are the same, all weight goes to the item of least weight", () => {
    const weights = [0.5, 0.3, 0.15, 0.05];
    const { jensenShannon: found, ...rest } = search(gatheringModel(weights, new Array(4).fill([0.7, 0.3])));
    const vertices = weights.map((_, item) =>
      jensenShannon(
        weights,
        weights.map((__, at) => (at === item ? 1 : 0)),
      ),
    );
    expect(Math.max(...vertices)).toBe(vertices[3]);
    expect(found).toBeCloseTo(vertices[3]!, 4);
    expect(found).toBeLessThan(Math.LN2);
    expect(rest).toMatchObject({ found: true, sameDecision: true });
    expect(rest.outputChange).toBeLessThan(1e-12);
  });

  test("with many such items the ceiling ln 2 is all but reached, at the one of least weight", () => {
    const weights = new Array<number>(500).fill(0.999 / 499);
    weights[333] = 0.0001;
    weights[0]! += 0.0009;
    const { jensenShannon: found, weights: other } = search(
      gatheringModel(
        weights,
        weights.map(() => [0.6, 0.4]),
      ),
    );
    expect(found).toBeGreaterThan(0.995 * Math.LN2);
    expect(found).toBeLessThanOrEqual(Math.LN2);
    expect(other.indexOf(Math.max(...other))).toBe(333);
    // One search is enough, since one start is that item.
    expect(
      search(
        gatheringModel(
          weights,
          weights.map(() => [0.6, 0.4]),
        ),
        { restarts: 1, steps: 0 },
      ).jensenShannon,
    ).toBeGreaterThan(0.995 * Math.LN2);
  });

  test("where the scores are the weights, other weights are other scores, and it says so", () => {
    const identity = [0, 1, 2].map((item) => [0, 1, 2].map((of) => (of === item ? 1 : 0)));
    const { found, jensenShannon: divergence, outputChange } = search(gatheringModel([0.5, 0.3, 0.2], identity));
    expect(found).toBe(false);
    expect(outputChange).toBeLessThanOrEqual(0.01);
    expect(divergence).toBeLessThanOrEqual(Math.LN2 * 0.01);
  });

  test.each([
    [
      "one way that changes nothing",
      [0.5, 0.3, 0.2],
      [
        [0.9, 0.1],
        [0.4, 0.6],
        [0.6, 0.4],
      ],
    ],
    [
      "a value between the others",
      [0.2, 0.2, 0.6],
      [
        [0.1, 0.9],
        [0.9, 0.1],
        [0.5, 0.5],
      ],
    ],
    [
      "three classes",
      [0.3, 0.3, 0.4],
      [
        [0.8, 0.1, 0.1],
        [0.1, 0.8, 0.1],
        [0.45, 0.45, 0.1],
      ],
    ],
    [
      "a decision that hangs by one item",
      [0.7, 0.2, 0.1],
      [
        [1, 0],
        [0, 1],
        [0, 1],
      ],
    ],
  ])("finds what a grid over all weights finds: %s", (_, weights, values) => {
    for (const epsilon of [0.005, 0.05]) {
      const best = gridSearch(weights, values, epsilon);
      const found = search(gatheringModel(weights, values), { epsilon });
      expect(found.outputChange).toBeLessThanOrEqual(epsilon);
      expect(found.jensenShannon).toBeGreaterThan(0.97 * best - 0.002);
    }
  });

  test("of a real attention: within the limit, distributions, the divergence that is told, the same for the same seed", () => {
    for (let seed = 1; seed <= 4; seed += 1) {
      const explained = randomExplained({ items: 6, heads: 2, queries: 2 }, seed);
      const result = search(explained, { epsilon: 0.02, restarts: 4, steps: 40 });
      const scores = explained.decide(explained.attention.weights);
      expect(totalVariation(scores, explained.decide(result.weights))).toBeLessThanOrEqual(0.02);
      for (let row = 0; row < 4; row += 1) {
        const weights = result.weights.subarray(row * 6, (row + 1) * 6);
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
        expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
      }
      expect(mapDivergence(explained.attention, result.weights)).toBe(result.jensenShannon);
      expect(result.jensenShannon).toBeGreaterThan(0.2);
      expect(result.found).toBe(true);
      expect(search(explained, { epsilon: 0.02, restarts: 4, steps: 40 })).toEqual(result);
    }
  });

  test("climbs along the limit: of several rows and classes, far more is found than where searches begin", () => {
    const divergence = (options: AdversaryOptions) =>
      [1, 2].reduce((sum, seed) => {
        const explained = randomExplained({ heads: 2, queries: 2, items: 16, classes: 8 }, seed);
        return sum + search(explained, { restarts: 2, ...options }).jensenShannon;
      }, 0);
    expect(divergence({ steps: 0 })).toBeLessThan(0.3);
    expect(divergence({ steps: 60 })).toBeGreaterThan(0.68);
  });

  test("more is allowed, more is found; nothing is found when nothing may be sought", () => {
    const model = gatheringModel(
      [0.7, 0.2, 0.1],
      [
        [1, 0],
        [0.2, 0.8],
        [0, 1],
      ],
    );
    const of = (epsilon: number) => search(model, { epsilon }).jensenShannon;
    expect(of(0.3)).toBeGreaterThan(of(0.1));
    expect(of(0.1)).toBeGreaterThan(of(0.01));
    expect(search(model, { restarts: 0 })).toMatchObject({ jensenShannon: 0, found: false, outputChange: 0 });
    expect(() => search(model, { epsilon: -1 })).toThrow(/epsilon: -1/);
  });

  test("the order of the items does not change what can be found", () => {
    const [weights, values] = [
      [0.5, 0.3, 0.2],
      [
        [0.9, 0.1],
        [0.4, 0.6],
        [0.6, 0.4],
      ],
    ];
    const order = [2, 0, 1];
    const turned = gatheringModel(
      [...permuted(Float64Array.from(weights), order)],
      order.map((item) => values[item]!),
    );
    expect(search(turned).jensenShannon).toBeCloseTo(search(gatheringModel(weights, values)).jensenShannon, 2);
  });
});

test("divergence of maps is the mean over rows", () => {
  const map: AttentionMap = { heads: 2, queries: 1, items: 2, weights: Float64Array.of(1, 0, 0.5, 0.5) };
  expect(mapDivergence(map, Float64Array.of(0, 1, 0.5, 0.5))).toBeCloseTo(Math.LN2 / 2, 12);
});

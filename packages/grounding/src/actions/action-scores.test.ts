import {
  attention,
  project,
  randomNormal,
  ShapeError,
  seededRandom,
  type Tensor,
  tensor,
  toFloat64,
  zeros,
} from "@xattn/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Letters, letters, randomFactors, randomInputs, randomWeights } from "../../test/random-inputs.ts";
import { groundingScores } from "../scores/grounding-scores.ts";
import { additiveActionScores } from "./additive-scores.ts";
import { actionScoreCost } from "./cost.ts";
import { factoredActionScores } from "./factored-scores.ts";
import { additive, trilinear } from "./factors.ts";
import { actionScores } from "./general.ts";
import { trilinearActionScores } from "./trilinear-scores.ts";

function sizesOf({ o, w, k, dObject, dWord, dAction, r }: Letters) {
  return {
    batch: 2,
    objects: o,
    words: w,
    actions: k,
    objectWidth: dObject,
    wordWidth: dWord,
    actionWidth: dAction,
    rank: r,
  };
}

function expectClose(found: Tensor, wanted: Tensor): void {
  expect(found.shape).toEqual(wanted.shape);
  const right = toFloat64(wanted);
  for (const [index, x] of toFloat64(found).entries()) {
    expect(Math.abs(x - right[index]!)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(right[index]!)));
  }
}

/** [b, w, o], or [b, k, w, o] when each action has its own. */
const weightShape = ({ k, w, o }: Letters, perAction: boolean) => (perAction ? [2, k, w, o] : [2, w, o]);

const zeroShare = fc.constantFrom(0, 0.4, 0.9, 1);

describe("actionScores", () => {
  it("is Σᵢ Σⱼ αᵢⱼ·f(oᵢ, wⱼ, aₖ) for any f", () => {
    const objects = tensor([1, 2, 1], [1, 2]);
    const words = tensor([1, 3, 1], [10, 20, 30]);
    const actions = tensor([1, 2, 1], [100, 200]);
    const weights = tensor([1, 3, 2], [1, 0, 0.5, 2, 0, 3]);
    const { scores, evaluations } = actionScores({ objects, words, actions, weights }, ([o], [w], [a]) => a! - w! / o!);
    const f = (o: number, w: number, a: number) => a - w / o;
    const score = (a: number) => f(1, 10, a) + 0.5 * f(1, 20, a) + 2 * f(2, 20, a) + 3 * f(2, 30, a);
    expect([...scores.data]).toEqual([score(100), score(200)]);
    expect(evaluations).toBe(2 * 4);
  });

  it("takes weights of each action and batch entry", () => {
    const inputs = { objects: tensor([2, 1, 1], [2, 3]), words: tensor([2, 1, 1], [5, 7]) };
    const actions = tensor([2, 2, 1], [1, 2, 3, 4]);
    const weights = tensor([2, 2, 1, 1], [1, 10, 100, 1000]);
    const { scores } = actionScores({ ...inputs, actions, weights }, ([o], [w], [a]) => o! * w! * a!);
    expect([...scores.data]).toEqual([10, 10 * 20, 100 * 63, 1000 * 84]);
  });

  it("asks every pair of dense weights, at the cost that is told", () => {
    const sizes = { o: 2, w: 3, k: 4, dObject: 1, dWord: 1, dAction: 1, r: 1 };
    const random = seededRandom(1);
    const weights = randomWeights(random, [2, 3, 2], 0);
    const { evaluations } = actionScores({ ...randomInputs(random, sizes), weights }, () => 1);
    expect(evaluations).toBe(2 * 4 * 3 * 2);
    expect(actionScoreCost(sizesOf(sizes), { kind: "general", costOfF: 9 }).total).toBe(evaluations * 10);
  });
});

describe("trilinearActionScores", () => {
  it("equals the general form and counts its multiply-adds", () => {
    fc.assert(
      fc.property(fc.integer(), letters, fc.boolean(), zeroShare, (seed, sizes, perAction, share) => {
        const random = seededRandom(seed);
        const weights = randomWeights(random, weightShape(sizes, perAction), share);
        const inputs = { ...randomInputs(random, sizes), weights };
        const factors = randomFactors(random, sizes);
        const found = trilinearActionScores(inputs, factors);
        expectClose(found.scores, actionScores(inputs, trilinear(factors)).scores);
        const nonzero = weights.data.filter((x) => x !== 0).length;
        const cost = actionScoreCost(sizesOf(sizes), { kind: "trilinear", perAction, nonzero });
        expect(found.multiplyAdds).toBe(cost.total);
        if (share === 0) {
          expect(actionScoreCost(sizesOf(sizes), { kind: "trilinear", perAction })).toEqual(cost);
        }
      }),
    );
  });

  it("takes w·o·r for softmax weights, whatever the number of actions", () => {
    const sizes = { o: 6, w: 4, k: 5, dObject: 3, dWord: 3, dAction: 2, r: 7 };
    const random = seededRandom(2);
    const { objects, words, actions } = randomInputs(random, sizes);
    const weights = groundingScores(words, objects).scores;
    const factors = randomFactors(random, sizes);
    const found = trilinearActionScores({ objects, words, actions, weights }, factors);
    expectClose(found.scores, actionScores({ objects, words, actions, weights }, trilinear(factors)).scores);
    const projections = 2 * (6 * 3 + 4 * 3 + 5 * 2) * 7;
    expect(found.multiplyAdds).toBe(projections + 2 * (4 * 6 * 7 + 4 * 7 + 5 * 7));
  });

  it("takes (w + w)·r when each word has one object, from either side", () => {
    for (const [w, o] of [[4, 9] as const, [9, 4] as const]) {
      const sizes = { o, w, k: 1, dObject: 1, dWord: 1, dAction: 1, r: 3 };
      const random = seededRandom(3);
      const weights = zeros([2, w, o], "float64");
      for (let row = 0; row < 2 * w; row += 1) weights.data[row * o + random.integer(0, o - 1)] = 1;
      const cost = actionScoreCost(sizesOf(sizes), { kind: "trilinear", nonzero: 2 * w });
      const inputs = { ...randomInputs(random, sizes), weights };
      expect(trilinearActionScores(inputs, randomFactors(random, sizes)).multiplyAdds).toBe(cost.total);
      expect(cost.pairs).toBe(2 * (w + Math.min(w, o)) * 3);
    }
  });
});

describe("factoredActionScores", () => {
  it("equals the general form over the product of the factors, without a term in w·o", () => {
    fc.assert(
      fc.property(fc.integer(), letters, fc.integer({ min: 1, max: 4 }), (seed, sizes, s) => {
        const random = seededRandom(seed);
        const { o, w } = sizes;
        const inputs = randomInputs(random, sizes);
        const factors = randomFactors(random, sizes);
        const left = randomNormal(random, [2, w, s]);
        const right = randomNormal(random, [2, o, s]);
        const product = zeros([2, w, o], "float64");
        for (let b = 0; b < 2; b += 1) {
          for (let j = 0; j < w; j += 1) {
            for (let i = 0; i < o; i += 1) {
              for (let part = 0; part < s; part += 1) {
                product.data[(b * w + j) * o + i]! +=
                  left.data[(b * w + j) * s + part]! * right.data[(b * o + i) * s + part]!;
              }
            }
          }
        }
        const found = factoredActionScores({ ...inputs, weights: { words: left, objects: right } }, factors);
        expectClose(found.scores, actionScores({ ...inputs, weights: product }, trilinear(factors)).scores);
        const cost = actionScoreCost(sizesOf(sizes), { kind: "factored", weightRank: s });
        expect(found.multiplyAdds).toBe(cost.total);
        expect(cost.pairs).toBe(2 * (w + o + 1) * s * sizes.r);
      }),
    );
  });

  it("takes the weights of linear attention as they come: features and denominator", () => {
    const sizes = { o: 6, w: 4, k: 3, dObject: 3, dWord: 3, dAction: 2, r: 5 };
    const random = seededRandom(4);
    const { objects, words, actions } = randomInputs(random, sizes);
    const factors = randomFactors(random, sizes);
    const phi = (x: Tensor) =>
      tensor(
        x.shape,
        toFloat64(x).map((y) => (y > 0 ? y + 1 : Math.exp(y))),
      );
    const [byWord, byObject] = [phi(words), phi(objects)];
    for (let row = 0; row < 2 * 4; row += 1) {
      const entry = Math.floor(row / 4);
      let denominator = 0;
      for (let i = 0; i < 6; i += 1) {
        for (let c = 0; c < 3; c += 1)
          denominator += byWord.data[row * 3 + c]! * byObject.data[(entry * 6 + i) * 3 + c]!;
      }
      for (let c = 0; c < 3; c += 1) byWord.data[row * 3 + c]! /= denominator;
    }
    const headed = (x: Tensor): Tensor => ({ ...x, shape: [x.shape[0]!, 1, x.shape[1]!, x.shape[2]!] });
    const { weights } = attention(headed(words), headed(objects), headed(objects), {
      variant: { kind: "linear", featureMap: { kind: "elu+1" } },
      backend: "reference",
      weights: true,
    });
    const dense = { objects, words, actions, weights: tensor([2, 4, 6], toFloat64(weights!)) };
    const found = factoredActionScores(
      { objects, words, actions, weights: { words: byWord, objects: byObject } },
      factors,
    );
    expectClose(found.scores, actionScores(dense, trilinear(factors)).scores);
  });

  it("names the factor that does not fit", () => {
    const sizes = { o: 6, w: 4, k: 3, dObject: 3, dWord: 3, dAction: 2, r: 5 };
    const random = seededRandom(5);
    const inputs = randomInputs(random, sizes);
    const run = (words: Tensor, objects: Tensor) =>
      factoredActionScores({ ...inputs, weights: { words, objects } }, randomFactors(random, sizes));
    expect(() => run(zeros([2, 6, 2]), zeros([2, 6, 2]))).toThrow(
      new ShapeError(
        "weights.words: shape [2, 6, 2] does not fit: needs [b, w, s] = [2, 4, s], after objects [2, 6, 3] and words [2, 4, 3]",
      ),
    );
    expect(() => run(zeros([2, 4, 2]), zeros([2, 6, 3]))).toThrow(
      "weights.objects: shape [2, 6, 3] does not fit: needs [b, o, s] = [2, 6, 2]",
    );
  });
});

describe("additiveActionScores", () => {
  it("equals the general form for any weights, at 2·w·o additions and no w·o·r", () => {
    fc.assert(
      fc.property(fc.integer(), letters, fc.boolean(), zeroShare, (seed, sizes, perAction, share) => {
        const random = seededRandom(seed);
        const weights = randomWeights(random, weightShape(sizes, perAction), share);
        const inputs = { ...randomInputs(random, sizes), weights };
        const factors = randomFactors(random, sizes);
        const found = additiveActionScores(inputs, factors);
        expectClose(found.scores, actionScores(inputs, additive(factors)).scores);
        const cost = actionScoreCost(sizesOf(sizes), { kind: "additive", perAction });
        expect(found.multiplyAdds).toBe(cost.total);
        const { o, w, k, dObject, dWord, dAction, r } = sizes;
        const sums = 2 * w * o + o * dObject + w * dWord + (dObject + dWord) * r;
        expect(cost.total).toBe(2 * ((perAction ? k : 1) * sums + k * (dAction + 1) * r));
      }),
    );
  });
});

describe("low-rank f", () => {
  it("is a sum of products, and of sums", () => {
    const random = seededRandom(6);
    const sizes = { o: 1, w: 1, k: 1, dObject: 2, dWord: 3, dAction: 4, r: 5 };
    const factors = randomFactors(random, sizes);
    const [o, w, a] = [2, 3, 4].map((width) => toFloat64(randomNormal(random, [width]))) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const row = (x: Float64Array, name: "object" | "word" | "action") =>
      project(tensor([x.length], x), factors[name]).data;
    const [u, v, action] = [row(o, "object"), row(w, "word"), row(a, "action")];
    const products = [0, 1, 2, 3, 4].map((r) => u[r]! * v[r]! * action[r]!);
    const sums = [0, 1, 2, 3, 4].map((r) => (u[r]! + v[r]!) * action[r]!);
    expect(trilinear(factors)(o, w, a)).toBeCloseTo(
      products.reduce((sum, x) => sum + x, 0),
      12,
    );
    expect(additive(factors)(o, w, a)).toBeCloseTo(
      sums.reduce((sum, x) => sum + x, 0),
      12,
    );
  });
});

describe("shapes of action scores", () => {
  const sizes = { o: 3, w: 2, k: 4, dObject: 2, dWord: 3, dAction: 5, r: 6 };
  const random = seededRandom(7);
  const inputs = { ...randomInputs(random, sizes), weights: zeros([2, 2, 3]) };
  const factors = randomFactors(random, sizes);

  it.each([
    [
      { weights: zeros([2, 3, 2]) },
      {},
      "weights: shape [2, 3, 2] does not fit: needs [b, w, o] = [2, 2, 3] or [b, k, w, o] = [2, 4, 2, 3], after objects, words and actions",
    ],
    [{ weights: zeros([2, 3, 2, 3]) }, {}, "weights: shape [2, 3, 2, 3] does not fit"],
    [{ weights: zeros([2, 3]) }, {}, "weights: shape [2, 3] does not fit"],
    [{ objects: zeros([3, 2]) }, {}, "objects: shape [3, 2] does not fit: needs [b, o, do]"],
    [
      { words: zeros([1, 2, 3]) },
      {},
      "words: shape [1, 2, 3] does not fit: needs [b, w, dw] = [2, w, dw], after objects [2, 3, 2]",
    ],
    [
      { actions: zeros([1, 4, 5]) },
      {},
      "actions: shape [1, 4, 5] does not fit: needs [b, k, da] = [2, k, da], after objects [2, 3, 2]",
    ],
    [
      {},
      { object: { weight: zeros([3, 6]) } },
      "object.weight: shape [3, 6] does not fit: needs [do, r] = [2, r], after objects [2, 3, 2]",
    ],
    [
      {},
      { word: { weight: zeros([3, 5]) } },
      "word.weight: shape [3, 5] does not fit: needs [dw, r] = [3, 6], after words [2, 2, 3] and object.weight [2, 6]",
    ],
    [
      {},
      { action: { weight: zeros([4, 6]) } },
      "action.weight: shape [4, 6] does not fit: needs [da, r] = [5, 6], after actions [2, 4, 5] and object.weight [2, 6]",
    ],
  ])("are checked: %#", (changed: object, wrong: object, message) => {
    const run = () => trilinearActionScores({ ...inputs, ...changed }, { ...factors, ...wrong });
    expect(run).toThrow(ShapeError);
    expect(run).toThrow(message);
    expect(() => additiveActionScores({ ...inputs, ...changed }, { ...factors, ...wrong })).toThrow(message);
  });
});

import { seededRandom } from "@xattn/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ranking } from "../../robustness/response/ranks.ts";
import { weightTimesGradient } from "../attribution/by-weights.ts";
import { gradientTimesInput, perItem } from "../attribution/gradient-times-input.ts";
import { integratedGradients } from "../attribution/integrated-gradients.ts";
import { leaveOneOut } from "../attribution/leave-one-out.ts";
import { erasingInputs, erasingWeights } from "../explained/erasure.ts";
import { gatheringModel, linearModel, permutations, permuted, randomExplained } from "../testing/models.ts";
import { deletion, insertion } from "./curves.ts";
import { erasedShareAtFlip, flipsAlone } from "./flips.ts";
import { infidelity } from "./infidelity.ts";
import { comprehensiveness, eraserBins, sufficiency } from "./rationale.ts";

/** Contributions 5, −1, 3, 2 of four items. */
const contributions = [5, -1, 3, 2];
const model = linearModel(4, [1, 1, 1, 1], contributions);
const scores = erasingInputs(model);

describe("rationales", () => {
  test("what a linear score loses is what was taken", () => {
    const bins = [0.25, 0.5, 0.75, 1];
    expect(comprehensiveness(scores, contributions, 0, { bins })).toEqual({ mean: 8, bins: [5, 8, 10, 9] });
    expect(sufficiency(scores, contributions, 0, { bins })).toEqual({
      mean: 1,
      bins: [4, 1, -1, 0],
    });
  });

  test("the bins of ERASER: a hundredth is one item, a half of 20 are ten", () => {
    const many = linearModel(
      20,
      new Array<number>(20).fill(1),
      Array.from({ length: 20 }, (_, item) => 20 - item),
    );
    const { bins, mean } = comprehensiveness(erasingInputs(many), many.gradient(many.inputs, 0), 0);
    expect(bins).toEqual([20, 20, 39, 74, 155]);
    expect(mean).toBeCloseTo((20 + 20 + 39 + 74 + 155) / 5, 12);
    expect(eraserBins).toHaveLength(5);
  });

  test("no order is more comprehensive, nor more sufficient, than that of the contributions", () => {
    const of = (attribution: readonly number[]) =>
      [comprehensiveness(scores, attribution, 0).mean, -sufficiency(scores, attribution, 0).mean] as const;
    const best = of(contributions);
    for (const order of permutations(4)) {
      for (const [at, value] of of(order).entries()) expect(value).toBeLessThanOrEqual(best[at]!);
    }
  });

  test("refuses shares outside (0, 1], and a target without score", () => {
    for (const bins of [[], [0], [1.1], [Number.NaN]]) {
      expect(() => comprehensiveness(scores, contributions, 0, { bins })).toThrow(/bins: .* needs shares above 0/);
    }
    expect(() => sufficiency(scores, contributions, 2)).toThrow(/target: 2/);
    expect(() => deletion(scores, [1, 2, Number.NaN, 4], 0)).toThrow(/attribution: item 2 has NaN/);
  });
});

describe("curves", () => {
  test("by hand, with steps of one and of three", () => {
    expect(deletion(scores, contributions, 0)).toEqual({ scores: [9, 4, 1, -1, 0], auc: (4.5 + 4 + 1 - 1) / 4 });
    expect(insertion(scores, contributions, 0)).toEqual({ scores: [0, 5, 8, 10, 9], auc: (5 + 8 + 10 + 4.5) / 4 });
    expect(deletion(scores, contributions, 0, { step: 3 })).toEqual({ scores: [9, -1, 0], auc: 0.75 * 4 - 0.25 / 2 });
    expect(() => insertion(scores, contributions, 0, { step: 0 })).toThrow(/step: 0 is not one of 1, 2, 3/);
  });

  test("the order of the contributions has the least area of deletion and the most of insertion", () => {
    const [least, most] = [deletion(scores, contributions, 0).auc, insertion(scores, contributions, 0).auc];
    for (const order of permutations(4)) {
      expect(deletion(scores, order, 0).auc).toBeGreaterThanOrEqual(least);
      expect(insertion(scores, order, 0).auc).toBeLessThanOrEqual(most);
    }
  });

  test("inserting is deleting backwards", () => {
    const attention = erasingWeights(randomExplained({}, 3));
    const forwards = [0.3, 0.1, 0.25, 0.2, 0.15];
    const backwards = forwards.map((value) => -value);
    expect(insertion(attention, forwards, 1).scores).toEqual([...deletion(attention, backwards, 1).scores].reverse());
  });
});

test("on a linear score all faithful attributions get the same marks", () => {
  const of = (attribution: ArrayLike<number>) => [
    comprehensiveness(scores, attribution, 0).mean,
    sufficiency(scores, attribution, 0).mean,
    deletion(scores, attribution, 0).auc,
    insertion(scores, attribution, 0).auc,
    erasedShareAtFlip(scores, ranking(attribution)),
  ];
  const expected = of(contributions);
  expect(of(perItem(model, gradientTimesInput(model, 0)))).toEqual(expected);
  expect(of(perItem(model, integratedGradients(model, 0).attributions))).toEqual(expected);
  expect(of(leaveOneOut(scores, 4, 0))).toEqual(expected);
});

test("marks depend on the order of the items by attribution alone, and not on the order in which they stand", () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
      fc.double({ min: 0.1, max: 9, noNaN: true }),
      (order, factor) => {
        const other = linearModel(4, [1, 1, 1, 1], [...permuted(Float64Array.from(contributions), order)]);
        const attribution = other.gradient(other.inputs, 0).map((slope) => Math.exp(factor * slope) - 7);
        expect(comprehensiveness(erasingInputs(other), attribution, 0)).toEqual(
          comprehensiveness(scores, contributions, 0),
        );
        expect(deletion(erasingInputs(other), attribution, 0)).toEqual(deletion(scores, contributions, 0));
      },
    ),
  );
});

describe("infidelity", () => {
  const slopes = Float64Array.from(contributions);
  const of = (attribution: Float64Array, options = {}, target = 0) =>
    infidelity(model, attribution, target, seededRandom(5), options);

  test("0 for the gradient of a linear score, and for gradient × input where that is told", () => {
    expect(of(slopes)).toBeCloseTo(0, 15);
    const inputs = [0.5, -2, 0, 4];
    const scaled = linearModel(4, inputs, contributions);
    const product = gradientTimesInput(scaled, 0);
    const perturb = (at: Float64Array) => at.map((value, index) => (index === 1 ? 0 : value));
    const options = { multiplyByInputs: true, perturb };
    expect(infidelity(scaled, product, 0, seededRandom(1), options)).toBeCloseTo(0, 15);
    expect(infidelity(scaled, product, 0, seededRandom(1), { perturb })).toBeGreaterThan(1);
    const baseline = Float64Array.of(1, 1, 1, 1);
    const fromOnes = integratedGradients(scaled, 0, { baseline }).attributions;
    const toOnes = { multiplyByInputs: true, baseline, perturb: () => Float64Array.of(1, -2, 1, 4) };
    expect(infidelity(scaled, fromOnes, 0, seededRandom(1), toOnes)).toBeCloseTo(0, 12);
  });

  test("for noise it is σ²·‖φ − slopes‖² in expectation", () => {
    const wrong = slopes.map((slope, index) => slope + [1, 0, -2, 0.5][index]!);
    const expected = 0.003 ** 2 * (1 + 4 + 0.25);
    expect(of(wrong, { nPerturbSamples: 20_000 }) / expected).toBeCloseTo(1, 1);
    expect(of(wrong)).not.toBeCloseTo(of(wrong, { nPerturbSamples: 11 }), 8);
  });

  test("normalizing takes out a factor, and no more", () => {
    const twice = slopes.map((slope) => 2 * slope);
    expect(of(twice, { normalize: true })).toBeCloseTo(0, 15);
    expect(of(twice)).toBeGreaterThan(1e-6);
    const other = slopes.map((slope, index) => (index === 0 ? 0 : slope));
    expect(of(other, { normalize: true })).toBeGreaterThan(1e-6);
    expect(of(other, { normalize: true })).toBeLessThanOrEqual(of(other));
    expect(
      of(
        slopes.map(() => 0),
        { normalize: true },
      ),
    ).toBe(of(slopes.map(() => 0)));
  });

  test("is smaller for the gradient of attention than for its opposite; refuses another length", () => {
    const explained = randomExplained({}, 6);
    const gradient = explained.gradient(explained.inputs, 0);
    const mark = (attribution: Float64Array) => infidelity(explained, attribution, 0, seededRandom(2));
    expect(mark(gradient)).toBeLessThan(0.01 * mark(gradient.map((slope) => -slope)));
    expect(() => of(Float64Array.of(1))).toThrow(/attributions: 1 numbers; needs one a feature, 4/);
  });
});

describe("flips", () => {
  /** The first score wins by 1.5, and loses without both of the first two items. */
  const gathering = gatheringModel(
    [0.4, 0.3, 0.2, 0.1],
    [
      [4, 0],
      [4, 0],
      [-1, 1],
      [-1, 1],
    ],
  );
  const erased = erasingWeights(gathering);

  test("by hand", () => {
    expect(erasedShareAtFlip(erased, [0, 1, 2, 3])).toBe(0.5);
    expect(erasedShareAtFlip(erased, [2, 3, 0, 1])).toBeUndefined();
    expect(erasedShareAtFlip(erased, [0, 2, 1, 3])).toBe(0.75);
    // Without any item there is no decision to speak of.
    const second = erasingWeights(
      gatheringModel(
        [0.5, 0.5],
        [
          [0, 1],
          [0, 1],
        ],
      ),
    );
    expect(second([false, false])).toEqual(Float64Array.of(0, 0));
    expect(erasedShareAtFlip(second, [0, 1])).toBeUndefined();
    expect(flipsAlone(erased, 4, 0)).toBe(false);
    const close = erasingWeights(
      gatheringModel(
        [0.6, 0.4],
        [
          [1, 0],
          [0, 1],
        ],
      ),
    );
    expect([flipsAlone(close, 2, 0), flipsAlone(close, 2, 1)]).toEqual([true, false]);
  });

  test("no order needs fewer items than the smallest set that flips", () => {
    for (let seed = 1; seed < 20; seed += 1) {
      const explained = randomExplained({ items: 5, classes: 2 }, seed);
      const of = erasingWeights(explained);
      const flips = (set: number) => {
        const kept = Array.from({ length: 5 }, (_, item) => ((set >> item) & 1) === 0);
        return (
          of(kept)[0]! > of(kept)[1]! !==
          explained.predict(explained.inputs)[0]! > explained.predict(explained.inputs)[1]!
        );
      };
      const sizes = Array.from({ length: 31 }, (_, set) => set)
        .filter((set) => flips(set))
        .map((set) => set.toString(2).replaceAll("0", "").length);
      const shares = permutations(5).map((order) => erasedShareAtFlip(of, order) ?? Number.POSITIVE_INFINITY);
      const smallest = sizes.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...sizes) / 5;
      expect(Math.min(...shares)).toBe(smallest);
      const decision = explained.predict(explained.inputs)[0]! > explained.predict(explained.inputs)[1]! ? 0 : 1;
      const byProduct = erasedShareAtFlip(of, ranking(weightTimesGradient(explained, decision)));
      expect(byProduct ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(smallest);
    }
  });

  test("refuses an order that is none", () => {
    for (const order of [
      [0, 0, 1],
      [1, 2, 3],
    ]) {
      expect(() => erasedShareAtFlip(erased, order)).toThrow(/needs each item from 0 to 2 once/);
    }
  });
});

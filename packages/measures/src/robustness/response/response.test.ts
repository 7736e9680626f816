import { attention, tensor, toFloat64 } from "@xattn/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalProblem } from "../testing/problems.ts";
import { entropyChange, jensenShannon, totalVariation } from "./distributions.ts";
import { decisionFlip, rankCorrelation, rankFlips, ranking, topKOverlap } from "./ranks.ts";
import { responseOf, see } from "./response.ts";

const distribution = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 })
  .filter((parts) => parts.some((part) => part > 1e-3))
  .map((parts) => parts.map((part) => part / parts.reduce((sum, other) => sum + other, 0)));

describe("distributions", () => {
  test("closed cases", () => {
    expect(totalVariation([1, 0], [0, 1])).toBe(1);
    expect(totalVariation([0.5, 0.5], [0.75, 0.25])).toBe(0.25);
    expect(jensenShannon([1, 0, 0], [0, 0.5, 0.5])).toBeCloseTo(Math.LN2, 15);
    expect(jensenShannon([0.5, 0.5], [1, 0])).toBeCloseTo((1.5 - 0.75 * Math.log2(3)) * Math.LN2, 12);
    expect(entropyChange([1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25])).toBeCloseTo(Math.log(4), 12);
  });

  test("total variation is the largest difference that a set of keys can see", () => {
    fc.assert(
      fc.property(distribution, distribution, (left, right) => {
        let largest = 0;
        for (let set = 0; set < 64; set += 1) {
          const mass = left.reduce((sum, p, key) => sum + ((set >> key) & 1 ? p - right[key]! : 0), 0);
          largest = Math.max(largest, mass);
        }
        expect(totalVariation(left, right)).toBeCloseTo(largest, 10);
      }),
    );
  });

  test("Jensen-Shannon lies between the bounds by total variation, and under ln 2 (Lin 1991)", () => {
    fc.assert(
      fc.property(distribution, distribution, (left, right) => {
        const [divergence, variation] = [jensenShannon(left, right), totalVariation(left, right)];
        expect(divergence).toBeLessThanOrEqual(Math.LN2);
        expect(divergence).toBeLessThanOrEqual(Math.LN2 * variation + 1e-9);
        // Pinsker's inequality on both halves.
        expect(divergence).toBeGreaterThanOrEqual(variation ** 2 / 2 - 1e-9);
      }),
    );
  });
});

describe("ranks", () => {
  test("closed cases", () => {
    expect(ranking([0.1, 0.4, 0.1, 0.4])).toEqual([1, 3, 0, 2]);
    expect(topKOverlap([4, 3, 2, 1], [1, 2, 3, 4], 2)).toBe(0);
    expect(topKOverlap([4, 3, 2, 1], [4, 1, 3, 2], 2)).toBe(0.5);
    expect(topKOverlap([2, 1], [1, 2], 5)).toBe(1);
    expect(rankCorrelation([1, 2, 3], [3, 2, 1])).toBe(-1);
    expect(rankFlips([1, 2, 3], [3, 2, 1])).toBe(1);
    expect(rankFlips([1, 2, 3], [1, 3, 2])).toBeCloseTo(1 / 3, 15);
    expect(decisionFlip([0.2, 0.8], [0.6, 0.4])).toBe(1);
    expect(decisionFlip([0.5, 0.5], [0.5, 0.5])).toBe(0);
  });

  test("rows that rank nothing agree with themselves and with nothing else", () => {
    expect(rankCorrelation([0.5, 0.5], [0.5, 0.5])).toBe(1);
    expect(rankCorrelation([0.5, 0.5], [0.4, 0.6])).toBe(0);
    expect(rankCorrelation([1], [1])).toBe(1);
    expect(rankFlips([1], [2])).toBe(0);
  });

  test("without ties, τ is 1 − 2·flips", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 6 }), (order) => {
        const still = [1, 2, 3, 4, 5, 6];
        expect(rankCorrelation(still, order)).toBeCloseTo(1 - 2 * rankFlips(still, order), 12);
      }),
    );
  });
});

describe("responseOf", () => {
  const problem = normalProblem({ n: 4, m: 7, d: 3, heads: 2 }, 3);

  test("nothing moved", () => {
    const seen = see(problem);
    expect(responseOf(seen, seen)).toEqual({
      outputChange: 0,
      totalVariation: 0,
      jensenShannon: 0,
      topKOverlap: 1,
      kendallTau: 1,
      rankFlips: 0,
      entropyChange: 0,
      decisionFlips: 0,
    });
  });

  test("means over rows of all heads, by hand, with a key that came in", () => {
    const before = { output: Float64Array.of(3, 4), weights: Float64Array.of(0.75, 0.25, 0.25, 0.75), keys: 2 };
    const after = { output: Float64Array.of(3, 0), weights: Float64Array.of(0.25, 0.25, 0.5, 0.25, 0.75, 0), keys: 3 };
    const response = responseOf(before, after);
    expect(response.outputChange).toBe(0.8);
    expect(response.totalVariation).toBe(0.25);
    expect(response.decisionFlips).toBe(0.5);
    expect(response.rankFlips).toBeCloseTo(2 / 3 / 2, 12);
    expect(response.topKOverlap).toBe(1);
  });

  test("does not change when queries and keys turn together", () => {
    const [c, s] = [Math.cos(1.1), Math.sin(1.1)];
    const turn = (of: typeof problem.query) =>
      tensor(
        of.shape,
        toFloat64(of).map((value, index, all) => {
          const start = index - (index % 3);
          if (index % 3 === 0) return c * value - s * all[start + 1]!;
          return index % 3 === 1 ? s * all[start]! + c * value : value;
        }),
      );
    const other = normalProblem({ n: 4, m: 7, d: 3, heads: 2 }, 4);
    const turned = (of: typeof problem) => ({ ...of, query: turn(of.query), key: turn(of.key) });
    const [plain, rotated] = [
      responseOf(see(problem), see(other)),
      responseOf(see(turned(problem)), see(turned(other))),
    ];
    for (const name of Object.keys(plain) as (keyof typeof plain)[]) expect(rotated[name]).toBeCloseTo(plain[name], 10);
  });

  test("sees the weights and the output of the reference", () => {
    const { output, weights } = attention(problem.query, problem.key, problem.value, {
      backend: "reference",
      weights: true,
    });
    expect(see(problem)).toEqual({ output: toFloat64(output), weights: toFloat64(weights!), keys: 7 });
  });
});

import { seededRandom } from "@xattn/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jensenShannon } from "../../robustness/response/distributions.ts";
import type { AttentionMap } from "../explained/explained.ts";
import { permutedColumns, randomDistribution } from "../testing/models.ts";
import { attentionEntropy, effectiveSupport, gini } from "./concentration.ts";
import { headDivergence, headSpecialization, querySpecialization } from "./heads.ts";

const random = seededRandom(3);
const distribution = fc.integer({ min: 1, max: 1e6 }).map((seed) => randomDistribution(6, seededRandom(seed)));

function randomMap(heads: number, queries: number, items: number): AttentionMap {
  const rows = Array.from({ length: heads * queries }, () => [...randomDistribution(items, random)]);
  return { heads, queries, items, weights: Float64Array.from(rows.flat()) };
}

describe("concentration", () => {
  test("k equal weights are k items, by both counts, and have Gini's index 1 − k/m", () => {
    for (let k = 1; k <= 8; k += 1) {
      const weights = Array.from({ length: 8 }, (_, item) => (item < k ? 1 / k : 0));
      expect(attentionEntropy(weights)).toBeCloseTo(Math.log(k), 12);
      expect(effectiveSupport(weights, "entropy")).toBeCloseTo(k, 12);
      expect(effectiveSupport(weights, "participation")).toBeCloseTo(k, 12);
      expect(gini(weights)).toBeCloseTo(1 - k / 8, 12);
    }
  });

  test("1 ≤ 1/Σp² ≤ exp(H) ≤ m", () => {
    fc.assert(
      fc.property(distribution, (weights) => {
        const [few, more] = [effectiveSupport(weights, "participation"), effectiveSupport(weights, "entropy")];
        expect(few).toBeGreaterThanOrEqual(1);
        expect(few).toBeLessThanOrEqual(more + 1e-12);
        expect(more).toBeLessThanOrEqual(6 + 1e-12);
      }),
    );
  });

  test("Gini's index is half the mean difference of all pairs over the mean", () => {
    fc.assert(
      fc.property(distribution, (weights) => {
        let differences = 0;
        for (const left of weights) for (const right of weights) differences += Math.abs(left - right);
        expect(gini(weights)).toBeCloseTo(differences / 36 / 2 / (1 / 6), 12);
        expect(gini(weights.map((weight) => 5 * weight))).toBeCloseTo(gini(weights), 12);
      }),
    );
  });
});

describe("heads", () => {
  const apart: AttentionMap = { heads: 2, queries: 1, items: 3, weights: Float64Array.of(1, 0, 0, 0, 0.5, 0.5) };
  const same: AttentionMap = { ...apart, weights: Float64Array.of(0.5, 0.25, 0.25, 0.5, 0.25, 0.25) };

  test("that share nothing, and that are the same", () => {
    expect(headDivergence(apart)).toBeCloseTo(Math.LN2, 12);
    expect(headSpecialization(apart)).toBeCloseTo(Math.LN2, 12);
    expect([headDivergence(same), headSpecialization(same)]).toEqual([0, 0]);
    expect(headDivergence({ ...apart, heads: 1, queries: 2 })).toBe(0);
  });

  test("two heads: divergence and specialization are one number, the mean over queries", () => {
    const map = randomMap(2, 3, 5);
    const of = (row: number) => map.weights.subarray(row * 5, (row + 1) * 5);
    const expected = [0, 1, 2].reduce((sum, query) => sum + jensenShannon(of(query), of(3 + query)), 0) / 3;
    expect(headDivergence(map)).toBeCloseTo(expected, 12);
    expect(headSpecialization(map)).toBeCloseTo(expected, 12);
  });

  test("h heads with items of their own know each item's head: ln h", () => {
    const weights = Float64Array.from({ length: 16 }, (_, index) => (index % 5 === 0 ? 1 : 0));
    expect(headSpecialization({ heads: 4, queries: 1, items: 4, weights })).toBeCloseTo(Math.log(4), 12);
    expect(querySpecialization({ heads: 1, queries: 4, items: 4, weights })[0]).toBeCloseTo(Math.log(4), 12);
  });

  test("specialization is the mutual information of the joint distribution", () => {
    const map = randomMap(3, 2, 4);
    const information = (rows: readonly Float64Array[]) => {
      const byItem = [0, 1, 2, 3].map((item) => rows.reduce((sum, row) => sum + row[item]! / rows.length, 0));
      let sum = 0;
      for (const row of rows) {
        row.forEach((p, item) => {
          sum += (p / rows.length) * Math.log(p / byItem[item]!);
        });
      }
      return sum;
    };
    const row = (head: number, query: number) =>
      map.weights.subarray((head * 2 + query) * 4, (head * 2 + query + 1) * 4);
    const ofQuery = (query: number) => information([row(0, query), row(1, query), row(2, query)]);
    expect(headSpecialization(map)).toBeCloseTo((ofQuery(0) + ofQuery(1)) / 2, 12);
    const ofHead = (head: number) => expect.closeTo(information([row(head, 0), row(head, 1)]), 12);
    expect(querySpecialization(map)).toEqual([ofHead(0), ofHead(1), ofHead(2)]);
  });

  test("the order of items does not matter", () => {
    const map = randomMap(3, 2, 4);
    const other = { ...map, weights: permutedColumns(map.weights, [2, 0, 3, 1]) };
    expect(headDivergence(other)).toBeCloseTo(headDivergence(map), 12);
    expect(headSpecialization(other)).toBeCloseTo(headSpecialization(map), 12);
    expect(querySpecialization(other)).toEqual(querySpecialization(map).map((value) => expect.closeTo(value, 12)));
  });
});

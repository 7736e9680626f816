import { seededRandom } from "@xattn/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { onBoundary } from "../../perturb/ball.ts";
import { inputsOf, normOf, radiusOf, rootMeanSquare } from "../../perturb/inputs.ts";
import { outputOf, worstCase } from "../../perturb/worst-case.ts";
import { normalProblem, variants } from "../../testing/problems.ts";
import { worstCornerOfQueries } from "../ceiling/worst-corner.ts";
import { autoPgd, deltaOf, movedBy, type Target } from "./auto-pgd.ts";
import { cornerFlips } from "./corner-flips.ts";
import { knapsack } from "./knapsack.ts";
import { rowHarms } from "./rows.ts";
import { combinations, leastLength, otherSelections, sidesOf, stepToSelection } from "./selections.ts";
import { strongestAttack } from "./strongest.ts";
import { swapKeys } from "./swap-keys.ts";

const sizes = { n: 4, m: 6, d: 4 };
const topK = { kind: "topK", k: 3 } as const;
const targetOf = (problem: Target["problem"], norm: "l2" | "linf", budget = 0.2): Target => ({
  problem,
  names: ["query"],
  norm,
  radius: radiusOf(norm, inputsOf(problem, ["query"]), budget),
});
const changeOf = ({ problem }: Target, moved: Target["problem"]) => {
  const clean = outputOf(problem).data;
  return Math.hypot(...outputOf(moved).data.map((value, index) => value - clean[index]!));
};

test.each(variants)("%j: the strongest attack stays in the ball and does no less harm than plain ascent", (variant) => {
  const problem = normalProblem(sizes, 5, variant);
  for (const norm of ["l2", "linf"] as const) {
    for (const names of [["query"], ["key", "value"]] as const) {
      const inputs = inputsOf(problem, names);
      const found = strongestAttack(problem, names, norm, 0.2, seededRandom(6));
      const plain = worstCase(problem, names, norm, 0.2, seededRandom(6).fork("ascent"), { restarts: 2, steps: 12 });
      expect(found.change).toBeGreaterThanOrEqual(plain.change * (1 - 1e-12));
      const target = { problem, names, norm, radius: radiusOf(norm, inputs, 0.2) };
      expect(changeOf(target, found.problem)).toBeCloseTo(found.change, 10);
      const delta = deltaOf(target, found.problem);
      const size = norm === "l2" ? normOf(delta) : Math.max(...delta.flatMap(({ data }) => [...data].map(Math.abs)));
      expect(size).toBeLessThanOrEqual(target.radius * (1 + 1e-9));
      expect(rootMeanSquare(delta)).toBeGreaterThan(0);
    }
  }
});

describe("Auto-PGD", () => {
  test("climbs to the spectral norm from anywhere where attention is linear", () => {
    const problem = normalProblem(sizes, 7);
    const names = ["value"] as const;
    const radius = radiusOf("l2", inputsOf(problem, names), 0.3);
    const found = [1, 2, 3].map((seed) => {
      const start = onBoundary("l2", inputsOf(problem, names), radius, seededRandom(seed));
      return autoPgd({ problem, names, norm: "l2", radius }, start, { steps: 60 }).change;
    });
    const [least, most] = [Math.min(...found), Math.max(...found)];
    expect(least).toBeGreaterThan(0.999 * most);
    const best = worstCase(problem, names, "l2", 0.3, seededRandom(1), { restarts: 4, steps: 100 }).change;
    expect(most).toBeGreaterThan(0.999 * best);
  });

  test("never ends below its start, and says where it ended", () => {
    for (const variant of variants) {
      const target = targetOf(normalProblem(sizes, 8, variant), "linf");
      const [query] = inputsOf(target.problem, ["query"]);
      const start = [{ ...query!, data: query!.data.map((value) => target.radius * Math.sign(value)) }];
      for (const options of [
        { steps: 9 },
        { steps: 9, stride: 0.1 },
        { steps: 9, slopeOf: { kind: "entmax" } as const },
      ]) {
        const { delta, change } = autoPgd(target, start, options);
        expect(change).toBeGreaterThanOrEqual(changeOf(target, movedBy(target, start)));
        expect(changeOf(target, movedBy(target, delta))).toBeCloseTo(change, 12);
      }
    }
  });
});

test("flips reach the worst of all corners, or nearly", () => {
  for (const variant of variants.slice(0, 5)) {
    const target = targetOf(normalProblem(sizes, 9, variant), "linf", 0.1);
    const none = deltaOf(target, target.problem);
    const flipped = movedBy(target, cornerFlips(target, none, seededRandom(1), 4));
    const share = changeOf(target, flipped) / worstCornerOfQueries(target.problem, target.radius)!;
    expect(share).toBeLessThanOrEqual(1 + 1e-9);
    expect(share).toBeGreaterThan(0.97);
  }
});

test("harms of rows are those of a problem that has the rows", () => {
  const problem = normalProblem({ ...sizes, heads: 2 }, 10);
  const other = normalProblem({ ...sizes, heads: 2 }, 11);
  const [a, b] = [inputsOf(problem, ["query"])[0]!.data, inputsOf(other, ["query"])[0]!.data];
  const pairs = Float64Array.from({ length: 2 * a.length }, (_, index) => {
    const [row, k] = [Math.floor(index / 4), index % 4];
    return (row % 2 === 0 ? a : b)[Math.floor(row / 2) * 4 + k]!;
  });
  const harms = rowHarms(problem, pairs, 2);
  const [clean, moved] = [outputOf(problem).data, outputOf({ ...problem, query: other.query }).data];
  for (let row = 0; row < 8; row += 1) {
    const change = [0, 1, 2, 3].reduce((sum, e) => sum + (moved[row * 4 + e]! - clean[row * 4 + e]!) ** 2, 0);
    expect(harms[2 * row]).toBe(0);
    expect(harms[2 * row + 1]! / change).toBeCloseTo(1, 4);
  }
});

describe("selections", () => {
  test("all ways of choosing, and of trading one to three of the chosen", () => {
    expect(combinations([1, 2, 3, 4], 2)).toEqual([
      [1, 2],
      [1, 3],
      [1, 4],
      [2, 3],
      [2, 4],
      [3, 4],
    ]);
    const others = otherSelections([5, 4, 3, 2, 1], 2).map((keys) => keys.sort((a, b) => a - b).join());
    expect(others.sort()).toEqual(["0,2", "0,3", "0,4", "1,2", "1,3", "1,4", "2,3", "2,4", "3,4"]);
  });

  test("a step to a selection selects it, and is no shorter than the least", () => {
    const problem = normalProblem({ n: 1, m: 5, d: 8 }, 12, { kind: "topK", k: 2 });
    const [query, keys] = inputsOf(problem, ["query", "key"]).map(({ data }) => data) as [Float64Array, Float64Array];
    const logitsAt = (at: Float64Array) =>
      Array.from({ length: 5 }, (_, j) => at.reduce((sum, q, e) => sum + q * keys[j * 8 + e]!, 0));
    const sides = sidesOf(keys, 8, logitsAt(query));
    for (const selection of combinations([0, 1, 2, 3, 4], 2)) {
      const step = stepToSelection(sides, selection);
      const logits = logitsAt(query.map((q, e) => q + step[e]!));
      const least = Math.min(...selection.map((key) => logits[key]!));
      for (let key = 0; key < 5; key += 1) {
        if (!selection.includes(key)) expect(logits[key]!).toBeLessThan(least + 1e-3);
      }
      expect(Math.hypot(...step)).toBeGreaterThanOrEqual(leastLength(sides, selection) * (1 - 1e-2));
    }
  });

  test("queries that trade keys do more harm to top-k attention than ascent does", () => {
    for (const seed of [1, 2, 3]) {
      const problem = normalProblem({ n: 8, m: 12, d: 8 }, seed, topK);
      const target = targetOf(problem, "l2", 0.1);
      const delta = swapKeys(target, 3);
      expect(normOf(delta)).toBeLessThanOrEqual(target.radius * (1 + 1e-12));
      const plain = worstCase(problem, ["query"], "l2", 0.1, seededRandom(seed), { restarts: 3, steps: 12 });
      expect(changeOf(target, movedBy(target, delta))).toBeGreaterThan(1.1 * plain.change);
    }
  });
});

test("a knapsack takes what is best of all that it can carry", () => {
  const offer = fc.record({ cost: fc.integer({ min: 0, max: 40 }), gain: fc.integer({ min: 1, max: 9 }) });
  fc.assert(
    fc.property(fc.array(fc.array(offer, { maxLength: 3 }), { maxLength: 4 }), (units) => {
      const rows = units.map((row) => row.map(({ cost, gain }) => ({ cost: cost / 40, gain })));
      const taken = knapsack(rows);
      const total = (of: "cost" | "gain") =>
        taken.reduce<number>((sum, index, row) => sum + (index === undefined ? 0 : rows[row]![index]![of]), 0);
      expect(total("cost")).toBeLessThanOrEqual(1 + 1e-9);
      const best = (row: number, budget: number): number =>
        row === rows.length
          ? 0
          : Math.max(
              best(row + 1, budget),
              ...units[row]!.map(({ cost, gain }) => (cost <= budget ? gain + best(row + 1, budget - cost) : 0)),
            );
      expect(total("gain")).toBe(best(0, 40));
    }),
  );
});

import { attention, seededRandom, tensor, toFloat64 } from "@xattn/core";
import { describe, expect, test } from "vitest";
import { inputsOf, withInputs } from "../../perturb/inputs.ts";
import { outputOf } from "../../perturb/worst-case.ts";
import { normalProblem, variants } from "../../testing/problems.ts";
import { walkCorners } from "./corner-walk.ts";
import { rowWeightsOf } from "./row-weights.ts";
import { worstCornerOfQueries } from "./worst-corner.ts";

const radius = 0.3;

test("a walk turns one coordinate at a time and comes to every corner once", () => {
  const signs = [-1, -1, -1, -1];
  const seen = [signs.join()];
  walkCorners(4, (coordinate, sign) => {
    expect(sign).toBe(-signs[coordinate]!);
    signs[coordinate] = sign;
    seen.push(signs.join());
  });
  expect(new Set(seen).size).toBe(16);
  expect(seen).toHaveLength(16);
});

test.each(variants.filter(({ kind }) => kind !== "linear"))("%j: weights of a row are attention's", (variant) => {
  const problem = normalProblem({ n: 1, m: 6, d: 3 }, 2, variant);
  const { query, key, value, ...rest } = problem;
  const [q, k] = [toFloat64(query), toFloat64(key)];
  const logits = Float64Array.from({ length: 6 }, (_, j) => {
    const dot = q.reduce((sum, x, e) => sum + x * k[j * 3 + e]!, 0);
    return dot / Math.sqrt(3);
  });
  const weights = new Float64Array(6);
  rowWeightsOf(variant)!(logits, weights);
  const expected = toFloat64(attention(query, key, value, { ...rest, backend: "reference", weights: true }).weights!);
  for (const [j, weight] of weights.entries()) expect(weight).toBeCloseTo(expected[j]!, 12);
});

describe.each(variants.slice(0, 5))("%j", (variant) => {
  const problem = normalProblem({ n: 3, m: 6, d: 4, e: 2, heads: 2 }, 3, variant);
  const clean = outputOf(problem).data;
  const [query] = inputsOf(problem, ["query"]);
  const moved = (by: (index: number) => number) => {
    const data = query!.data.map((value, index) => value + by(index));
    return outputOf(withInputs(problem, ["query"], [tensor(query!.shape, data)])).data;
  };

  test("the worst corner is that of all corners of each query", () => {
    const worst = new Float64Array(6);
    for (let corner = 0; corner < 16; corner += 1) {
      const output = moved((index) => ((corner >> (index % 4)) & 1 ? radius : -radius));
      for (let row = 0; row < 6; row += 1) {
        const change = [0, 1].reduce((sum, e) => sum + (output[row * 2 + e]! - clean[row * 2 + e]!) ** 2, 0);
        worst[row] = Math.max(worst[row]!, change);
      }
    }
    const expected = Math.sqrt(worst.reduce((sum, change) => sum + change, 0));
    expect(worstCornerOfQueries(problem, radius)).toBeCloseTo(expected, 10);
  });
});

test("no point of the box does more harm to linear attention than its worst corner", () => {
  const random = seededRandom(4);
  for (const seed of [1, 2, 3, 4, 5]) {
    const problem = normalProblem({ n: 1, m: 4, d: 2 }, seed, { kind: "linear", featureMap: { kind: "elu+1" } });
    const worst = worstCornerOfQueries(problem, 1)!;
    const clean = outputOf(problem).data;
    const [query] = inputsOf(problem, ["query"]);
    for (let attempt = 0; attempt < 300; attempt += 1) {
      const data = query!.data.map((value) => value + 2 * random.uniform() - 1);
      const output = outputOf(withInputs(problem, ["query"], [tensor(query!.shape, data)])).data;
      expect(Math.hypot(...output.map((value, index) => value - clean[index]!))).toBeLessThanOrEqual(worst);
    }
  }
});

test("knows nothing of FAVOR+, or of more corners than can be visited", () => {
  expect(worstCornerOfQueries(normalProblem({ n: 1, m: 2, d: 3 }, 1, variants[5]!), radius)).toBeUndefined();
  expect(worstCornerOfQueries(normalProblem({ n: 1, m: 2, d: 17 }, 1), radius)).toBeUndefined();
});

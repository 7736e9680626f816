import { attention, seededRandom, tensor, toFloat64 } from "@xattn/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { columnsOfRows, singularValues } from "../testing/matrices.ts";
import { normalProblem, variants } from "../testing/problems.ts";
import { onBoundary, projected, steepest, sum } from "./ball.ts";
import { type Inputs, inputsOf, normOf, radiusOf, withInputs } from "./inputs.ts";
import { outputOf, worstCase } from "./worst-case.ts";

const sizes = { n: 4, m: 6, d: 3 };

describe("on values alone, which attention is linear in", () => {
  test("the worst of a ball is the spectral norm of the weights", () => {
    for (const seed of [1, 2, 3]) {
      const problem = normalProblem(sizes, seed);
      const { weights } = attention(problem.query, problem.key, problem.value, { backend: "reference", weights: true });
      const [largest] = singularValues(columnsOfRows(toFloat64(weights!), sizes.m));
      const radius = radiusOf("l2", inputsOf(problem, ["value"]), 0.3);
      const { change } = worstCase(problem, ["value"], "l2", 0.3, seededRandom(seed), { restarts: 3, steps: 60 });
      expect(change / radius).toBeLessThanOrEqual(largest! * (1 + 1e-12));
      expect(change / radius).toBeGreaterThan(largest! * (1 - 1e-3));
    }
  });

  test("the worst of a box moves all values the same way, and every output by the whole radius", () => {
    const problem = normalProblem(sizes, 4);
    const radius = radiusOf("linf", inputsOf(problem, ["value"]), 0.3);
    const { change } = worstCase(problem, ["value"], "linf", 0.3, seededRandom(4));
    expect(change).toBeCloseTo(radius * Math.sqrt(sizes.n * sizes.d), 10);
  });
});

test("on one number it is what a fine grid finds", () => {
  for (const seed of [1, 2, 3, 4]) {
    const problem = normalProblem({ n: 1, m: 3, d: 1 }, seed);
    const [q] = toFloat64(problem.query) as unknown as [number];
    const clean = outputOf(problem).data[0]!;
    const changes = Array.from({ length: 2001 }, (_, step) => {
      const query = tensor([1, 1, 1, 1], Float64Array.of(q + (step / 1000 - 1) * Math.abs(q) * 2));
      return Math.abs(outputOf({ ...problem, query }).data[0]! - clean);
    });
    for (const norm of ["l2", "linf"] as const) {
      const { change } = worstCase(problem, ["query"], norm, 2, seededRandom(seed), { restarts: 6, steps: 30 });
      expect(change).toBeCloseTo(Math.max(...changes), 4);
    }
  }
});

test.each(variants.filter(({ kind }) => kind !== "topK"))(
  "%j: no random perturbation of the budget is worse",
  (variant) => {
    const problem = normalProblem(sizes, 5, variant);
    const clean = outputOf(problem).data;
    for (const norm of ["l2", "linf"] as const) {
      for (const names of [["query"], ["key", "value"]] as const) {
        const inputs = inputsOf(problem, names);
        const radius = radiusOf(norm, inputs, 0.2);
        const random = seededRandom(6);
        const { change, problem: worst } = worstCase(problem, names, norm, 0.2, random);
        expect(Math.hypot(...outputOf(worst).data.map((value, index) => value - clean[index]!))).toBe(change);
        for (let attempt = 0; attempt < 100; attempt += 1) {
          const moved = outputOf(
            withInputs(problem, names, sum(inputs, onBoundary(norm, inputs, radius, random))),
          ).data;
          expect(Math.hypot(...moved.map((value, index) => value - clean[index]!))).toBeLessThan(change);
        }
      }
    }
  },
);

test("more restarts never find less", () => {
  const problem = normalProblem(sizes, 7);
  const found = [1, 2, 4, 8].map(
    (restarts) => worstCase(problem, ["key"], "l2", 1, seededRandom(1), { restarts, steps: 5 }).change,
  );
  expect(found).toEqual([...found].sort((left, right) => left - right));
});

test("nothing to move, nothing moved", () => {
  const problem = normalProblem(sizes, 8);
  expect(worstCase(problem, ["query"], "l2", 0, seededRandom(1))).toEqual({ problem, change: 0 });
});

test("projection is the nearest point of the ball, and the steepest step no worse than any other", () => {
  const points = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 });
  const as = (point: readonly number[]) => [tensor([2, 2], Float64Array.from(point))];
  const flat = ([first]: Inputs) => [...first!.data];
  fc.assert(
    fc.property(points, points, fc.constantFrom("l2" as const, "linf" as const), (point, other, norm) => {
      const size = norm === "l2" ? Math.hypot(...other) : Math.max(...other.map(Math.abs));
      const inside = other.map((value) => value / Math.max(1, size));
      const nearest = projected(norm, as(point), 1);
      const distance = (to: number[]) => Math.hypot(...to.map((value, index) => value - point[index]!));
      expect(distance(flat(nearest))).toBeLessThanOrEqual(distance(inside) + 1e-12);
      const along = (step: number[]) => step.reduce((total, value, index) => total + value * point[index]!, 0);
      expect(along(flat(steepest(norm, as(point), 1)))).toBeGreaterThanOrEqual(along(inside) - 1e-12);
    }),
  );
  expect(normOf(onBoundary("l2", as([1, 1, 1, 1]), 2, seededRandom(1)))).toBeCloseTo(2, 12);
});

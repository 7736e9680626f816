import { type AttentionProblem, seededRandom, type Tensor, tensor, toFloat64 } from "@xattn/core";
import { describe, expect, test } from "vitest";
import type { InputName } from "../perturb/perturbation.ts";
import { outputOf } from "../perturb/worst-case.ts";
import { columnsOf, columnsOfRows, singularValues } from "../testing/matrices.ts";
import { normalProblem, variants } from "../testing/problems.ts";
import { jacobianOf, jacobianSpectralNorm, leadingDirection, selfAttentionJacobian } from "./jacobian.ts";
import { type LinearMap, spectralNorm } from "./spectral-norm.ts";

const dense = (rows: readonly (readonly number[])[]): LinearMap => ({
  width: rows[0]!.length,
  apply: (x) => Float64Array.from(rows, (row) => row.reduce((sum, value, index) => sum + value * x[index]!, 0)),
  adjoint: (y) =>
    Float64Array.from(rows[0]!, (_, column) => rows.reduce((sum, row, index) => sum + row[column]! * y[index]!, 0)),
});

test("finds the largest singular value and its direction", () => {
  const { norm, direction, residual } = spectralNorm(
    dense([
      [0, 2],
      [0.5, 0],
    ]),
    seededRandom(1),
  );
  expect(norm).toBeCloseTo(2, 12);
  expect(Math.abs(direction[1]!)).toBeCloseTo(1, 7);
  expect(residual).toBeLessThanOrEqual(1e-7);
});

test("parts two singular values that nearly agree", () => {
  const close = dense(
    Array.from({ length: 40 }, (_, row) =>
      Array.from({ length: 40 }, (_, column) => (row === column ? 1 - row * 1e-5 : 0)),
    ),
  );
  expect(Math.abs(spectralNorm(close, seededRandom(1)).norm - 1)).toBeLessThan(1e-8);
});

test("0 for the zero map, and never too much when it stops early", () => {
  expect(spectralNorm(dense([[0, 0]]), seededRandom(1))).toMatchObject({ norm: 0, residual: 0 });
  const early = spectralNorm(
    dense([
      [1, 0, 0],
      [0, 0.9, 0],
      [0, 0, 0.8],
    ]),
    seededRandom(1),
    { maxIterations: 2 },
  );
  expect(early).toMatchObject({ iterations: 2 });
  expect(early.norm).toBeLessThan(1);
  expect(() => spectralNorm(dense([[1]]), seededRandom(1), { maxIterations: 0 })).toThrow(/maxIterations: 0/);
});

const sides: Readonly<Record<string, readonly InputName[]>> = {
  query: ["query"],
  key: ["key"],
  value: ["value"],
  context: ["key", "value"],
  all: ["query", "key", "value"],
};

describe.each(variants)("the Jacobian of %j", (variant) => {
  test.each(Object.keys(sides))("has the norm that a dense singular value decomposition finds, by %s", (side) => {
    const inputs = sides[side]!;
    {
      const seed = 1;
      const problem = normalProblem({ n: 3, m: 5, d: 2, e: 3, heads: 2, keyHeads: 1 }, seed, variant);
      const [largest] = singularValues(columnsOf(jacobianOf(problem, inputs)));
      const { norm } = jacobianSpectralNorm(problem, inputs, seededRandom(seed));
      expect(Math.abs(norm - largest!) / largest!).toBeLessThan(1e-6);
    }
  });
});

test("its columns are central differences", () => {
  const problem = normalProblem({ n: 2, m: 3, d: 2 }, 3);
  const columns = columnsOf(jacobianOf(problem, ["key", "value"]));
  const step = 1e-5;
  columns.forEach((column, index) => {
    const name = index < 6 ? "key" : "value";
    const at = (by: number): AttentionProblem => {
      const data = toFloat64(problem[name]);
      data[index % 6]! += by;
      return { ...problem, [name]: tensor(problem[name].shape, data) };
    };
    const [up, down] = [outputOf(at(step)).data, outputOf(at(-step)).data];
    column.forEach((value, row) => {
      expect(value).toBeCloseTo((up[row]! - down[row]!) / (2 * step), 8);
    });
  });
});

test("self-attention's Jacobian moves query, key and value together", () => {
  const tokens: Tensor = normalProblem({ n: 3, m: 3, d: 2 }, 5).query;
  const at = (data: Float64Array): AttentionProblem => {
    const x = tensor(tokens.shape, data);
    return { query: x, key: x, value: x };
  };
  const map = selfAttentionJacobian(at(toFloat64(tokens)));
  const columns = columnsOf(map);
  const step = 1e-5;
  columns.forEach((column, index) => {
    const moved = (by: number) =>
      outputOf(at(toFloat64(tokens).map((value, at) => (at === index ? value + by : value)))).data;
    const [up, down] = [moved(step), moved(-step)];
    column.forEach((value, row) => {
      expect(value).toBeCloseTo((up[row]! - down[row]!) / (2 * step), 8);
    });
  });
  // The adjoint of unit vectors are the rows.
  const rows = columnsOf({ width: 6, apply: map.adjoint, adjoint: map.apply });
  expect(singularValues(rows)[0]).toBeCloseTo(singularValues(columns)[0]!, 10);
  expect(spectralNorm(map, seededRandom(1)).norm).toBeCloseTo(singularValues(columns)[0]!, 6);
});

test("does not change when queries and keys turn together, or keys change places with their values", () => {
  const problem = normalProblem({ n: 3, m: 4, d: 2 }, 6);
  const norm = (of: AttentionProblem) => jacobianSpectralNorm(of, ["query", "key", "value"], seededRandom(1)).norm;
  const turn = (of: Tensor) => {
    const x = toFloat64(of);
    return tensor(
      of.shape,
      x.map((value, index) =>
        index % 2 === 0 ? 0.6 * value - 0.8 * x[index + 1]! : 0.8 * x[index - 1]! + 0.6 * value,
      ),
    );
  };
  expect(norm({ ...problem, query: turn(problem.query), key: turn(problem.key) })).toBeCloseTo(norm(problem), 8);
  const reversed = (of: Tensor) => {
    const x = toFloat64(of);
    return tensor(
      of.shape,
      x.map((_, index) => x[(3 - Math.floor(index / 2)) * 2 + (index % 2)]!),
    );
  };
  expect(norm({ ...problem, key: reversed(problem.key), value: reversed(problem.value) })).toBeCloseTo(
    norm(problem),
    8,
  );
});

test("keys that come twice change nothing for the query, and share what a value can do", () => {
  for (const variant of [variants[0]!, variants[4]!, variants[5]!]) {
    const problem = normalProblem({ n: 3, m: 4, d: 2 }, 7, variant);
    const twice = (of: Tensor) => tensor([1, 1, 8, 2], Float64Array.from([...toFloat64(of), ...toFloat64(of)]));
    const doubled = { ...problem, key: twice(problem.key), value: twice(problem.value) };
    const norm = (of: AttentionProblem, name: "query" | "value") =>
      jacobianSpectralNorm(of, [name], seededRandom(1)).norm;
    expect(norm(doubled, "query")).toBeCloseTo(norm(problem, "query"), 8);
    expect(norm(doubled, "value")).toBeCloseTo(norm(problem, "value") / Math.SQRT2, 8);
  }
});

test("the leading direction points where the output moves most", () => {
  const problem = normalProblem({ n: 3, m: 4, d: 2 }, 8);
  const [key, value] = leadingDirection(problem, ["key", "value"], seededRandom(1), 200);
  const direction = Float64Array.from([...key!.data, ...value!.data]);
  const image = jacobianOf(problem, ["key", "value"]).apply(direction);
  const [largest] = singularValues(columnsOf(jacobianOf(problem, ["key", "value"])));
  expect(Math.hypot(...image)).toBeCloseTo(largest!, 8);
  expect(singularValues(columnsOfRows(direction, 1))[0]).toBeCloseTo(1, 12);
});

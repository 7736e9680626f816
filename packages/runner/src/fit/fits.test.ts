import { expect, test } from "vitest";
import type { PowerLawResult, Row, TableColumn, TermsResult } from "../run-data.ts";
import type { FitSpec } from "../spec/fit.ts";
import { evaluateFits } from "./fits.ts";

const columns = ["n", "m", "variant", "cost"].map(
  (name): TableColumn => ({
    name,
    role: name === "cost" ? "measure" : "axis",
    kind: "deterministic",
    unit: name === "cost" ? "multiply-adds" : "1",
    description: "",
  }),
);
const sizes = [16, 32, 64, 128, 256];
const grid = (cost: (n: number, m: number) => number | null, variant = "standard"): Row[] =>
  sizes.flatMap((n) => sizes.map((m) => ({ n, m, variant, cost: cost(n, m) })));
const fit = (spec: FitSpec, rows: readonly Row[]) => evaluateFits({ law: spec }, rows, columns, 1);
const powerLaw = (more: object = {}): FitSpec => ({ kind: "powerLaw", column: "cost", factors: ["n", "m"], ...more });

test("a power law finds the exponents of exact data, in every group apart", () => {
  const rows = [...grid((n, m) => 3 * n * m), ...grid((n) => 7 * n * n, "linear")];
  const [first, second, ...others] = fit(powerLaw({ by: ["variant"] }), rows) as PowerLawResult[];
  expect(others).toEqual([]);
  expect(first).toMatchObject({
    name: "law",
    column: "cost",
    unit: "multiply-adds",
    points: 25,
    group: { variant: "standard" },
  });
  expect(first!.exponents.n!.estimate).toBeCloseTo(1, 9);
  expect(first!.exponents.m!.estimate).toBeCloseTo(1, 9);
  expect(first!.coefficient.estimate).toBeCloseTo(3, 6);
  expect(second!.group).toEqual({ variant: "linear" });
  expect(second!.exponents.n!.estimate).toBeCloseTo(2, 9);
});

test("rows without a number, and rows that where leaves out, do not count", () => {
  const rows = [...grid((n, m) => (n === 16 ? null : n * m)), ...grid(() => 5, "linear")];
  const [result] = fit(powerLaw({ where: "datum.variant == 'standard'" }), rows);
  expect(result).toMatchObject({ points: 20, group: {} });
  expect((result as PowerLawResult).exponents.n!.estimate).toBeCloseTo(1, 9);
});

test("a factor that does not vary is left out", () => {
  const rows = grid((n) => 2 * n).filter(({ m }) => m === 16);
  const [result] = fit(powerLaw(), rows) as PowerLawResult[];
  expect(Object.keys(result!.exponents)).toEqual(["n"]);
});

test("a group that cannot be fitted says why", () => {
  const [result] = fit(powerLaw(), grid((n, m) => n * m).slice(0, 2)) as PowerLawResult[];
  expect(result!.problem).toMatch(/point/);
  expect(result!.exponents).toEqual({});
  const [negative] = fit(
    powerLaw(),
    grid(() => -1),
  ) as PowerLawResult[];
  expect(negative!.problem).toBeDefined();
  const [terms] = fit(
    { kind: "terms", column: "cost", candidates: { a: ["datum.n - 99"] } },
    grid((n) => n),
  ) as TermsResult[];
  expect(terms!.problem).toBeDefined();
  expect(terms!.candidates).toEqual([]);
});

test("no row, no result", () => {
  expect(fit(powerLaw(), [])).toEqual([]);
});

test("terms are ranked, and a term that the data does not have gets nothing", () => {
  const candidates = {
    product: ["datum.n * datum.m"],
    sum: ["datum.n", "datum.m"],
    both: ["datum.n * datum.m", "datum.n"],
  };
  const [result] = fit(
    { kind: "terms", column: "cost", candidates },
    grid((n, m) => 4 * n * m + 10),
  ) as TermsResult[];
  expect(result!.candidates[0]).toMatchObject({ name: "product", tied: true, delta: 0 });
  expect(result!.candidates[0]!.coefficients["datum.n * datum.m"]!.estimate).toBeCloseTo(4, 6);
  expect(result!.candidates[0]!.coefficients["1"]!.estimate).toBeCloseTo(10, 4);
  expect(result!.candidates.find(({ name }) => name === "sum")!.tied).toBe(false);
  const both = result!.candidates.find(({ name }) => name === "both")!;
  expect(both.coefficients["datum.n"]).toEqual({ estimate: 0, low: 0, high: 0 });
});

test("noisy fits repeat with the seed", () => {
  const noise = (n: number, m: number) => n * m * (1 + 0.05 * Math.sin(n * 7 + m * 13));
  const run = (seed: number) => evaluateFits({ law: powerLaw() }, grid(noise), columns, seed);
  expect(run(3)).toEqual(run(3));
});

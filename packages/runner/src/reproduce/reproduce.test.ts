import { describe, expect, test } from "vitest";
import { environment } from "../../fixtures/run.ts";
import type { ClaimResult, Estimate, FitResult, Row, RunData, TableColumn, Verdict } from "../run-data.ts";
import { compareRuns } from "./reproduce.ts";
import { reproductionExitCodes, worstOf } from "./verdict.ts";

const column = (name: string, more: Partial<TableColumn>): TableColumn => ({
  name,
  role: "measure",
  kind: "deterministic",
  unit: "1",
  description: "",
  ...more,
});
const columns = [
  column("n", { role: "axis", kind: "descriptive" }),
  column("cost", {}),
  column("error", { tolerance: 1e-3 }),
  column("time", { kind: "sampled", unit: "ms" }),
  column("timeRatio", { kind: "sampled" }),
  column("timeRounds", { kind: "descriptive" }),
];
const sizes = Array.from({ length: 20 }, (_, index) => index + 1);
const rowsOf = (change: (row: Record<string, number | null>) => object = () => ({})): Row[] =>
  sizes.map((n) => {
    const row = { n, cost: n * n, error: n / 3, time: n, timeRatio: 0.5, timeRounds: 9 };
    return { ...row, ...change(row) };
  });
const run = (rows: readonly Row[], more: Partial<RunData> = {}, fingerprint = "here"): RunData =>
  ({
    columns,
    rows,
    fits: [],
    claims: [],
    manifest: { seed: 1, environment: { ...environment, fingerprint } },
    ...more,
  }) as unknown as RunData;
const verdictOf = (name: string, reference: RunData, rerun: RunData) =>
  compareRuns(reference, rerun).find((comparison) => comparison.name === name)!.verdict;

test("a run reproduces itself: descriptive columns are not compared, whatever they say", () => {
  const again = run([...rowsOf(() => ({ timeRounds: 5 }))].reverse());
  const comparisons = compareRuns(run(rowsOf()), again);
  expect(comparisons.map(({ part, name, verdict }) => `${part} ${name} ${verdict}`)).toEqual([
    ...["column cost exact", "column error exact", "column time within-tolerance", "column timeRatio within-tolerance"],
  ]);
});

describe("deterministic columns", () => {
  const reference = run(rowsOf());
  test.each<[string, string, (row: Record<string, number | null>) => object, string]>([
    ["error", "within-tolerance", ({ error }) => ({ error: error! * 1.0005 }), "here"],
    ["error", "drifted", ({ error, n }) => ({ error: n === 3 ? error! * 1.5 : error }), "here"],
    ["error", "environment-differs", ({ error }) => ({ error: error! * 1.5 }), "there"],
    ["cost", "drifted", ({ cost, n }) => ({ cost: n === 20 ? cost! + 1 : cost }), "here"],
    ["cost", "missing", ({ cost, n }) => ({ cost: n === 20 ? null : cost }), "here"],
  ])("%s %s", (name, verdict, change, fingerprint) => {
    expect(verdictOf(name, reference, run(rowsOf(change), {}, fingerprint))).toBe(verdict);
  });

  test("a value of 0 that changes has drifted; a row that is gone is missing", () => {
    const zero = run(rowsOf(() => ({ cost: 0 })));
    expect(verdictOf("cost", zero, run(rowsOf(() => ({ cost: 1e-12 }))))).toBe("drifted");
    expect(verdictOf("cost", reference, run(rowsOf().slice(1)))).toBe("missing");
    expect(verdictOf("cost", run(rowsOf().slice(1)), reference)).toBe("exact");
  });
});

describe("sampled columns", () => {
  const reference = run(rowsOf());
  const scaled = (by: (n: number) => number) =>
    rowsOf(({ n, time, timeRatio }) => ({
      time: time! * by(n!),
      timeRatio: timeRatio! * by(n!),
    }));
  test.each<[string, string, (n: number) => number, string]>([
    ["time", "within-tolerance", () => 1.1, "here"],
    ["time", "drifted", () => 2, "here"],
    ["time", "drifted", () => 0.5, "here"],
    ["time", "ambiguous", (n) => (n % 2 ? 1 : 2), "here"],
    ["time", "within-tolerance", () => 9, "there"],
    ["timeRatio", "environment-differs", () => 2, "there"],
    ["timeRatio", "ambiguous", (n) => (n % 2 ? 1 : 2), "there"],
  ])("%s %s", (name, verdict, by, fingerprint) => {
    expect(verdictOf(name, reference, run(scaled(by), {}, fingerprint))).toBe(verdict);
  });

  test("values that the reference has and the rerun does not are missing; the other way round nothing is", () => {
    const without = run(rowsOf(({ n }) => (n === 5 ? { timeRatio: null } : {})));
    expect(verdictOf("timeRatio", reference, without)).toBe("missing");
    expect(verdictOf("timeRatio", without, reference)).toBe("within-tolerance");
  });

  test("a column that has no value in either run is reproduced", () => {
    const none = run(rowsOf(() => ({ timeRatio: null })));
    expect(verdictOf("timeRatio", none, none)).toBe("exact");
  });

  test("zeros agree with zeros and with nothing else", () => {
    const zeros = run(rowsOf(() => ({ timeRatio: 0 })));
    expect(verdictOf("timeRatio", zeros, zeros)).toBe("within-tolerance");
    expect(verdictOf("timeRatio", zeros, reference)).toBe("drifted");
    expect(verdictOf("timeRatio", reference, zeros)).toBe("drifted");
  });
});

describe("exponents", () => {
  const interval = (estimate: number, half: number): Estimate => ({
    estimate,
    low: estimate - half,
    high: estimate + half,
  });
  const law = (exponent: Estimate): FitResult[] =>
    [{ kind: "powerLaw", name: "law", group: { variant: "linear" }, exponents: { n: exponent } }] as never;
  const verdict = (before: Estimate, after: FitResult[], fingerprint = "here") =>
    verdictOf("law linear: n", run([], { fits: law(before) }), run([], { fits: after }, fingerprint));

  test("agree by distance or by overlap", () => {
    expect(verdict(interval(1, 0.01), law(interval(1, 0.01)))).toBe("exact");
    expect(verdict(interval(1, 0.001), law(interval(1.08, 0.001)))).toBe("within-tolerance");
    expect(verdict(interval(1, 0.3), law(interval(1.5, 0.3)))).toBe("within-tolerance");
    expect(verdict(interval(1, 0.1), law(interval(2, 0.1)))).toBe("drifted");
    expect(verdict(interval(1, 0.1), law(interval(2, 0.1)), "there")).toBe("environment-differs");
    expect(verdict(interval(1, 0.1), [])).toBe("missing");
  });
});

test.each<[Verdict, Verdict | undefined, string, string]>([
  ["holds", "holds", "here", "exact"],
  ["refuted", "refuted", "there", "exact"],
  ["holds", "refuted", "here", "drifted"],
  ["holds", "refuted", "there", "environment-differs"],
  ["holds", "inconclusive", "here", "ambiguous"],
  ["inconclusive", "refuted", "here", "ambiguous"],
  ["holds", "untested", "here", "missing"],
  ["holds", undefined, "here", "missing"],
])("a claim that %s and then %s (%s) is %s", (before, after, fingerprint, expected) => {
  const claims = (verdict: Verdict | undefined): ClaimResult[] =>
    verdict ? [{ name: "claim", statement: "", verdict, evidence: "" }] : [];
  const rerun = run([], { claims: claims(after) }, fingerprint);
  expect(verdictOf("claim", run([], { claims: claims(before) }), rerun)).toBe(expected);
});

test("the worst verdict decides, and every bad one has an exit code of its own", () => {
  expect(worstOf([])).toBe("exact");
  expect(worstOf(["exact", "within-tolerance"])).toBe("within-tolerance");
  expect(worstOf(["environment-differs", "ambiguous", "exact"])).toBe("ambiguous");
  expect(worstOf(["missing", "drifted", "ambiguous"])).toBe("drifted");
  expect(reproductionExitCodes).toEqual({
    exact: 0,
    "within-tolerance": 0,
    drifted: 10,
    ambiguous: 11,
    "environment-differs": 12,
    missing: 13,
  });
});

import { describe, expect, test } from "vitest";
import type { Estimate, FitResult, Row, TableColumn, Verdict } from "../run-data.ts";
import type { ClaimSpec } from "../spec/claim.ts";
import { judgeClaims } from "./claims.ts";

const columns = ["n", "variant", "time", "timeLow", "timeHigh", "error"].map(
  (name): TableColumn => ({
    name,
    role: "measure",
    kind: "sampled",
    unit: name.startsWith("time") ? "ms" : "1",
    description: "",
  }),
);
const interval = (low: number, high: number): Estimate => ({ estimate: (low + high) / 2, low, high });
const row = (time: number | null, low = time, high = time, more: Row = {}): Row => ({
  n: 1,
  variant: "standard",
  time,
  timeLow: low,
  timeHigh: high,
  error: 0.5,
  ...more,
});
const judge = (claim: object, rows: readonly Row[], fits: readonly FitResult[] = []) =>
  judgeClaims([{ name: "claim", statement: "It is so.", ...claim } as ClaimSpec], rows, fits, columns)[0]!;

describe("always", () => {
  test.each<[Verdict, string, readonly Row[], RegExp]>([
    ["holds", "datum.time < 5", [row(1), row(4)], /True on all 2 rows: for example time = 1/],
    ["refuted", "datum.time < 5", [row(1), row(6.123456), row(null)], /False on 1 of 2 rows: for example time = 6.123/],
    ["untested", "datum.time < 5", [row(null)], /No row/],
    ["untested", "datum.time < 5", [], /No row/],
  ])("%s", (verdict, claim, rows, evidence) => {
    const result = judge({ kind: "always", test: claim }, rows);
    expect(result.verdict).toBe(verdict);
    expect(result.evidence).toMatch(evidence);
  });

  test("rows that where leaves out do not count, and the source is kept", () => {
    const claim = { kind: "always", test: "datum.time < 5", where: "datum.n == 1", source: "Somebody 2020" };
    expect(judge(claim, [row(1), row(9, 9, 9, { n: 2 })])).toMatchObject({ verdict: "holds", source: "Somebody 2020" });
  });
});

describe("bound", () => {
  test.each<[Verdict, object, readonly Row[], RegExp]>([
    ["holds", { atMost: 5 }, [row(1), row(4, 3, 5)], /time is 1 … 4 ms on 2 rows\.$/],
    ["refuted", { atMost: 5 }, [row(1), row(7, 6, 8)], /1 outside the bound, for example \[6, 8\]/],
    [
      "inconclusive",
      { atMost: 5 },
      [row(1), row(4, 3, 6)],
      /1 with an interval across the bound, for example \[3, 6\]/,
    ],
    ["refuted", { atMost: 5 }, [row(4, 3, 6), row(9)], /for example 9/],
    ["holds", { atLeast: 1, atMost: 5 }, [row(1), row(5)], /1 … 5/],
    ["refuted", { atLeast: 2 }, [row(1)], /time is 1 ms on 1 rows; 1 outside/],
    ["untested", { atMost: 5 }, [row(null)], /No row has the column time/],
  ])("%s %j", (verdict, bound, rows, evidence) => {
    const result = judge({ kind: "bound", column: "time", ...bound }, rows);
    expect(result.verdict).toBe(verdict);
    expect(result.evidence).toMatch(evidence);
  });

  test("a column without an interval is judged by its value", () => {
    expect(judge({ kind: "bound", column: "error", atMost: 0.5 }, [row(1)]).verdict).toBe("holds");
    expect(judge({ kind: "bound", column: "error", atMost: 0.4 }, [row(1)]).verdict).toBe("refuted");
  });

  test("a hundred and fifty thousand rows are no trouble", () => {
    const rows = Array.from({ length: 150_000 }, (_, index) => row(index));
    expect(judge({ kind: "bound", column: "time", atMost: 1e6 }, rows).verdict).toBe("holds");
  });
});

describe("rate", () => {
  const rows = (count: number, slow: number) => Array.from({ length: count }, (_, index) => row(index < slow ? 9 : 1));
  const claim = { kind: "rate", test: "datum.time > 5" };
  test.each<[Verdict, object, readonly Row[], RegExp]>([
    ["holds", { atMost: 0.1 }, rows(200, 2), /True on 2 of 200 rows: 1 % \[0\.27\d+, 3\.5\d+\]\.$/],
    ["refuted", { atMost: 0.1 }, rows(200, 60), /True on 60 of 200 rows: 30 %/],
    ["inconclusive", { atMost: 0.1 }, rows(20, 1), /True on 1 of 20 rows/],
    ["holds", { atLeast: 0.9 }, rows(100, 99), /99 %/],
    ["refuted", { atLeast: 0.9 }, rows(100, 50), /50 %/],
    ["holds", { atLeast: 0.2, atMost: 0.8 }, rows(100, 50), /50 %/],
    ["untested", { atMost: 0.1 }, [row(null)], /No row has the columns/],
    ["untested", { atMost: 0.1, where: "datum.n > 5" }, [row(1)], /No row passes the condition/],
  ])("%s %j", (verdict, more, given, evidence) => {
    const result = judge({ ...claim, ...more }, given);
    expect(result.verdict).toBe(verdict);
    expect(result.evidence).toMatch(evidence);
  });

  test("rows that lack what the test reads do not count", () => {
    expect(judge({ ...claim, atMost: 0.5 }, [...rows(20, 1), row(null), row(null)]).evidence).toMatch(/of 20 rows/);
  });
});

describe("exponents", () => {
  const law = (variant: string, exponents: Record<string, Estimate>, problem?: string): FitResult => ({
    kind: "powerLaw",
    name: "law",
    column: "time",
    unit: "ms",
    group: { variant },
    points: 9,
    exponents,
    coefficient: interval(1, 1),
    intercept: interval(0, 0),
    relativeError: 0,
    ...(problem ? { problem } : {}),
  });
  const claim = { kind: "exponents", fit: "law", expect: { n: 1 }, within: 0.1 };
  test.each<[Verdict, object, readonly FitResult[], RegExp]>([
    ["holds", {}, [law("a", { n: interval(0.95, 1.05) })], /variant=a: n\^1 \[0.95, 1.05\]/],
    ["refuted", {}, [law("a", { n: interval(0.95, 1.05) }), law("b", { n: interval(1.8, 2) })], /variant=b: n\^1.9/],
    ["inconclusive", {}, [law("a", { n: interval(0.8, 1.05) })], /0.8/],
    [
      "holds",
      { group: { variant: "a" } },
      [law("a", { n: interval(1, 1) }), law("b", { n: interval(2, 2) })],
      /variant=a/,
    ],
    ["untested", {}, [law("a", {})], /n does not vary/],
    ["untested", {}, [law("a", {}, "too few points")], /too few points/],
    ["untested", { group: { variant: "c" } }, [law("a", { n: interval(1, 1) })], /No cell speaks to it/],
    ["untested", {}, [], /No cell speaks to it/],
  ])("%s", (verdict, more, fits, evidence) => {
    const result = judge({ ...claim, ...more }, [], fits);
    expect(result.verdict).toBe(verdict);
    expect(result.evidence).toMatch(evidence);
  });
});

describe("terms", () => {
  const candidate = (name: string, tied: boolean, coefficients: Record<string, Estimate>) => ({
    name,
    tied,
    coefficients,
    aicc: 0,
    delta: tied ? 0 : 9,
    relativeError: 0,
  });
  const sums = (...candidates: readonly ReturnType<typeof candidate>[]): FitResult[] => [
    { kind: "terms", name: "sums", column: "time", unit: "ms", group: {}, points: 9, candidates },
  ];
  const nm = "datum.n * datum.m";
  const clear = interval(1, 2);
  const doubtful = interval(0, 2);
  const nothing = interval(0, 0);
  test.each<[Verdict, object, readonly FitResult[]]>([
    ["holds", { present: [nm] }, sums(candidate("a", true, { [nm]: clear }))],
    ["refuted", { present: [nm] }, sums(candidate("a", true, { [nm]: nothing }))],
    ["refuted", { present: [nm] }, sums(candidate("a", true, {}))],
    ["inconclusive", { present: [nm] }, sums(candidate("a", true, { [nm]: doubtful }))],
    ["inconclusive", { present: [nm] }, sums(candidate("a", true, { [nm]: clear }), candidate("b", true, {}))],
    ["holds", { present: [nm] }, sums(candidate("a", true, { [nm]: clear }), candidate("b", false, {}))],
    ["holds", { absent: [nm] }, sums(candidate("a", true, { n: clear }))],
    ["refuted", { absent: [nm] }, sums(candidate("a", true, { [nm]: clear }))],
    ["inconclusive", { absent: [nm] }, sums(candidate("a", true, { [nm]: doubtful }))],
    ["refuted", { present: ["n"], absent: [nm] }, sums(candidate("a", true, { n: clear, [nm]: clear }))],
    ["untested", { absent: [nm] }, sums()],
    ["untested", { absent: [nm] }, []],
  ])("%s %j", (verdict, terms, fits) => {
    expect(judge({ kind: "terms", fit: "sums", ...terms }, [], fits).verdict).toBe(verdict);
  });

  test("the evidence tells the best sum and what cannot be told from it", () => {
    const fits = sums(candidate("a", true, { "1": clear, [nm]: interval(3, 3) }), candidate("b", true, {}));
    expect(judge({ kind: "terms", fit: "sums", absent: [nm] }, [], fits).evidence).toBe(
      "all rows: a: 1.5 + 3·n·m, not told from b.",
    );
  });
});

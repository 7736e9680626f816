import { describe, expect, test } from "vitest";
import { direct, timed } from "../../fixtures/measures.ts";
import { sweep } from "../../fixtures/specs.ts";
import type { Outcome } from "../ledger/outcome.ts";
import type { TableColumn } from "../run-data.ts";
import { recordSpec, type StoredManifest } from "../store/manifest.ts";
import { toCsv } from "./csv.ts";
import { Table } from "./rows.ts";

const columns = ["name", "value"].map(
  (name): TableColumn => ({
    name,
    role: "measure",
    kind: "descriptive",
    unit: "1",
    description: "",
  }),
);
const csv = (name: string | number | boolean | null) =>
  toCsv(columns, [{ name, value: 1 }])
    .split("\n")
    .slice(1, -1)
    .join("\n");

describe("CSV", () => {
  test.each<[string | number | boolean | null, string]>([
    ["plain", "plain,1"],
    [null, ",1"],
    [-1.5e-7, "-1.5e-7,1"],
    [true, "true,1"],
    ["a,b", '"a,b",1'],
    ['say "x"', '"say ""x""",1'],
    ["two\nlines", '"two\nlines",1'],
    ["=1+1", "'=1+1,1"],
    ["+1", "'+1,1"],
    ["-1", "'-1,1"],
    ["@SUM(A1)", "'@SUM(A1),1"],
    ["\t=1", "'\t=1,1"],
    ["\r=1", '"\'\r=1",1'],
    ["\n=1", '"\'\n=1",1'],
    ['=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")",1'],
    ["n·m \u2028 😀", "n·m \u2028 😀,1"],
  ])("%j", (value, line) => {
    expect(csv(value)).toBe(line);
  });

  test("a heading, columns in their order, and nothing for what a row does not have", () => {
    expect(toCsv(columns, [{ value: 2 }])).toBe("name,value\n,2\n");
  });
});

describe("table", () => {
  const experiment = sweep({
    axes: { n: [8, 2], variant: ["standard", "linear"], action: ["a"] },
    include: [{ n: [4] }],
    measures: [direct("size", () => 1), timed()],
  });
  const manifest = { spec: recordSpec(experiment) } as StoredManifest;
  const outcome = (measure: string, n: number, variant: string, more: Partial<Outcome>): Outcome => ({
    cell: `${measure}${n}${variant}`,
    measure,
    parameters: { variant, n, action: "a" },
    seed: 1,
    status: "ok",
    seconds: 0,
    at: "",
    ...more,
  });
  const tableOf = (outcomes: readonly Outcome[]) => {
    const table = new Table(manifest);
    for (const item of outcomes) table.add(item);
    return table.rows();
  };

  test("rows come by number and by the list of the spec, whatever the order of the outcomes", () => {
    const given = [
      [4, "linear"],
      [8, "standard"],
      [2, "linear"],
      [4, "standard"],
      [2, "standard"],
    ] as const;
    const rows = tableOf(given.map(([n, variant]) => outcome("size", n, variant, { values: { size: n } })));
    expect(rows.map(({ n, variant }) => `${n} ${variant}`)).toEqual([
      ...["2 standard", "2 linear", "4 standard", "4 linear", "8 standard"],
    ]);
    expect(rows[0]).toMatchObject({ size: 2, sizeStatus: "ok", time: null, timeStatus: null, status: null });
  });

  test("one row holds all measures of a point; its status is the worst", () => {
    const [row, ...others] = tableOf([
      outcome("size", 2, "linear", { values: { size: 5 } }),
      outcome("time", 2, "linear", { status: "timeout" }),
    ]);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ size: 5, sizeStatus: "ok", timeStatus: "timeout", status: "timeout" });
  });

  test("the last outcome of a cell wins, with nothing left of the one before", () => {
    const good = { values: { time: 1, timeLow: 1, timeHigh: 1, timeRatio: 2, timeRounds: 9 } };
    const size = outcome("size", 2, "linear", { values: { size: 5 } });
    const [failed] = tableOf([
      size,
      outcome("time", 2, "linear", good),
      outcome("time", 2, "linear", { status: "failed" }),
    ]);
    expect(failed).toMatchObject({ size: 5, time: null, timeRatio: null, timeRounds: null, status: "failed" });
    const [again] = tableOf([
      outcome("time", 2, "linear", good),
      outcome("time", 2, "linear", { values: { time: 3 } }),
    ]);
    expect(again).toMatchObject({ time: 3, timeRatio: null });
    const [lost] = tableOf([size, outcome("size", 2, "linear", { status: "failed" })]);
    expect(lost).toMatchObject({ size: null, sizeStatus: "failed" });
  });

  test("times of several hosts are flagged with theirs, and those of one are not", () => {
    const timedOn = (n: number, host: string) =>
      outcome("time", n, "linear", {
        values: { time: 1, timeFlags: "budget" },
        samples: [1],
        host: { name: host, fingerprint: "kind" },
      });
    const flagsOf = (...outcomes: readonly Outcome[]) => tableOf(outcomes).map(({ timeFlags }) => timeFlags);
    expect(flagsOf(timedOn(2, "a"), timedOn(4, "b"))).toEqual(["budget host:a", "budget host:b"]);
    expect(flagsOf(timedOn(2, "a"), timedOn(4, "a"))).toEqual(["budget", "budget"]);
    const failed = outcome("time", 4, "linear", { status: "failed" });
    expect(flagsOf(timedOn(2, "a"), timedOn(4, "b"), failed)).toEqual(["budget", null]);
  });
});

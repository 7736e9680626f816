import { expect, test } from "vitest";
import { sampleFlags } from "./sample-flags.ts";

const columns = ["time", "timeFlags", "memory"].map((name) => ({
  name,
  role: "measure" as const,
  kind: "descriptive" as const,
  unit: "1",
  description: "",
}));
const rows = ["", "unsettled severe:3", "severe:1 trend", null].map((timeFlags) => ({ timeFlags }));

test("counts the cells of each flag, with what it means", () => {
  expect(sampleFlags({ columns, rows })).toEqual([
    { column: "time", meaning: "were still warming up", cells: 1, of: 3 },
    { column: "time", meaning: "drift over their rounds", cells: 1, of: 3 },
    { column: "time", meaning: "have severe outliers", cells: 2, of: 3 },
  ]);
});

test("samples as they should be, and runs without timed cells, have none", () => {
  expect(sampleFlags({ columns, rows: [{ timeFlags: "" }] })).toEqual([]);
  expect(sampleFlags({ columns: columns.slice(2), rows: [{ memory: 1 }] })).toEqual([]);
});

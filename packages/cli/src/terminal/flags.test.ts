import { expect, test } from "vitest";
import { flagLines } from "./flags.ts";

const columns = ["time", "timeFlags", "memory"].map((name) => ({
  name,
  role: "measure" as const,
  kind: "descriptive" as const,
  unit: "1",
  description: "",
}));
const rows = ["", "unsettled severe:3", "severe:1 trend", null].map((timeFlags) => ({ timeFlags }));

test("counts the cells of each flag, with what it means", () => {
  expect(flagLines({ columns, rows })).toEqual([
    "time: 1 of 3 cells were still warming up",
    "time: 1 of 3 cells drift over their rounds",
    "time: 2 of 3 cells have severe outliers",
  ]);
});

test("samples as they should be, and runs without timed cells, have no lines", () => {
  expect(flagLines({ columns, rows: [{ timeFlags: "" }] })).toEqual([]);
  expect(flagLines({ columns: columns.slice(2), rows: [{ memory: 1 }] })).toEqual([]);
});

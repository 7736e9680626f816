import { expect, test } from "vitest";
import { samplesTable } from "./samples.ts";

const columns = ["n", "timeFlags"].map((name) => ({
  name,
  role: name === "n" ? ("axis" as const) : ("measure" as const),
  kind: "descriptive" as const,
  unit: "1",
  description: "",
}));

test("lists what is doubtful about the samples", () => {
  const table = samplesTable({
    columns,
    rows: [
      { n: 1, timeFlags: "multimodal" },
      { n: 2, timeFlags: "" },
    ],
  });
  expect(table?.groups).toEqual([{ rows: [["time", "have more than one mode", "1 of 2"]] }]);
});

test("has nothing to list when all is well", () => {
  expect(samplesTable({ columns, rows: [{ n: 1, timeFlags: "" }] })).toBeUndefined();
});

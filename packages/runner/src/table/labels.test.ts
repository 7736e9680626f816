import { expect, test } from "vitest";
import type { TableColumn } from "../run-data.ts";
import { toCsv } from "./csv.ts";
import { labelEvidence, withLabels } from "./labels.ts";

const column = (name: string, role: TableColumn["role"]): TableColumn => ({
  name,
  role,
  kind: "descriptive",
  unit: "1",
  description: name,
});
const columns = [column("backend", "axis"), column("time", "measure")];
const rows = [
  { backend: "cpu", time: 1 },
  { backend: "webgpu", time: 2 },
];
const labels = { backend: { webgpu: "webgpu (software)" } };

test("a value that is shown under another name has it in the table, behind its axis", () => {
  const table = withLabels(columns, rows, labels);
  expect(toCsv(table.columns, table.rows)).toBe("backend,backendLabel,time\ncpu,cpu,1\nwebgpu,webgpu (software),2\n");
});

test("a table without such a value stays as it is", () => {
  expect(withLabels(columns, rows.slice(0, 1), labels)).toEqual({ columns, rows: rows.slice(0, 1) });
  expect(withLabels(columns, rows)).toEqual({ columns, rows });
});

test("evidence names groups by their label, and nothing else changes", () => {
  const evidence = "backend=webgpu: n^1.02 [0.9, 1.1]; variant=webgpu backend=cpu: n^1. mybackend=webgpu";
  const claim = { name: "a", statement: "b", verdict: "holds", evidence } as const;
  expect(labelEvidence(claim, labels).evidence).toBe(
    "backend=webgpu (software): n^1.02 [0.9, 1.1]; variant=webgpu backend=cpu: n^1. mybackend=webgpu",
  );
  expect(labelEvidence(claim)).toEqual(claim);
});

import { expect, test } from "vitest";
import { simulatedRun } from "../../fixtures/compared.ts";
import { environment } from "../../fixtures/run.ts";
import { sweep } from "../../fixtures/specs.ts";
import type { ComparedRun } from "../compare/compare.ts";
import type { Row } from "../run-data.ts";
import type { StoredManifest } from "../store/manifest.ts";
import { historyOf } from "./history.ts";

const experiment = sweep({ axes: { n: [1, 2, 4], m: [8], variant: ["standard"] } });
const machine = { process: 0.005, noise: 0.01, interrupted: 0.1, modes: [1, 1.3] };
const day = (index: number) => new Date(Date.UTC(2026, 0, 1 + index)).toISOString();
const run = (index: number, factor: number, more: Partial<StoredManifest> = {}): ComparedRun =>
  simulatedRun(experiment, 100 + index, ({ n }: Row) => 0.1 * Number(n) * factor, machine, {
    startedAt: day(index),
    ...more,
  });
const stepped = Array.from({ length: 20 }, (_, index) => run(index, index < 12 ? 1 : 1.15));

test("a step of a time line is found at its run, whatever the order of the runs and the speed of the machine", () => {
  const { series, changes, leftOut } = historyOf([...stepped].reverse());
  expect(series).toHaveLength(1);
  const [{ points, cells, corrected, column }] = series as [(typeof series)[number]];
  expect({ cells, corrected, column }).toEqual({ cells: 3, corrected: true, column: "time" });
  expect(points.map(({ startedAt }) => startedAt)).toEqual(stepped.map((_, index) => day(index)));
  expect(points[0]!.value).toBe(1);
  expect(points.flatMap(({ step }, index) => (step ? [index] : []))).toEqual([12]);
  expect(points[12]!.step!.after / points[12]!.step!.before).toBeCloseTo(1.15, 1);
  expect(changes).toEqual([]);
  expect(leftOut).toEqual([]);
});

test("a steady time line has no step", () => {
  const { series } = historyOf(Array.from({ length: 20 }, (_, index) => run(index, 1)));
  expect(series[0]!.points.filter(({ step }) => step)).toEqual([]);
});

test("hosts have time lines of their own", () => {
  const there = { environment: { ...environment, cpu: "another" } };
  const { series } = historyOf([run(0, 1), run(1, 2, there), run(2, 1), run(3, 2, there)]);
  expect(series.map(({ host, points }) => [host, points.map(({ run: name }) => name)])).toEqual([
    ["a processor, 2 cores", ["run-100", "run-102"]],
    ["another, 2 cores", ["run-101", "run-103"]],
  ]);
});

test("a deterministic column that changes is told with its run", () => {
  const changed = run(1, 1);
  const rows = changed.data.rows.map((row) => ({ ...row, size: row.n === 1 ? 99 : row.size! }));
  const { changes } = historyOf([run(0, 1), { ...changed, data: { ...changed.data, rows } }]);
  expect(changes).toEqual([{ column: "size", run: "run-101", startedAt: day(1), cells: 1, compared: 3 }]);
});

test("runs of another sweep are left out and named; cells that one run lacks do not count", () => {
  const other = simulatedRun(sweep({ axes: { n: [64], m: [8], variant: ["standard"] } }), 7, () => 1, machine, {
    startedAt: day(0),
  });
  const lacking = run(1, 1);
  const fewer = { ...lacking, samples: new Map([...lacking.samples].slice(1)) };
  const { series, leftOut } = historyOf([other, fewer, run(2, 1)]);
  expect(leftOut).toEqual(["run-7"]);
  expect(series[0]).toMatchObject({ cells: 2 });
});

test("a run without the reference kernel makes the time line uncorrected; no runs, no time lines", () => {
  const old = run(0, 1);
  const without = new Map([...old.samples].map(([key, cell]) => [key, { ...cell, reference: undefined }]));
  expect(historyOf([{ ...old, samples: without }, run(1, 1)]).series[0]!.corrected).toBe(false);
  expect(historyOf([])).toEqual({ series: [], changes: [], leftOut: [] });
});

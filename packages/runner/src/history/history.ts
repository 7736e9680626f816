import { seededRandom } from "@xattn/core/random";
import { findSteps, quantile } from "@xattn/stats";
import type { ComparedRun } from "../compare/compare.ts";
import { type CellSamples, type RunSamples, sampleKey } from "../compare/read-samples.ts";
import { machineSpeeds, quantileOfWork, relativeTo } from "../compare/relative-times.ts";
import { canonicalJson } from "../plan/canonical.ts";
import type { Row } from "../run-data.ts";

/** One run on the time line of a column. */
export interface HistoryPoint {
  readonly run: string;
  readonly startedAt: string;
  readonly commit: string | null;
  /** Relative to the first run of the series. */
  readonly value: number;
  /** Set where the series steps to another level. */
  readonly step?: { readonly before: number; readonly after: number; readonly pValue: number };
}

/** A timed column over the runs of one host. */
export interface HistorySeries {
  readonly column: string;
  readonly host: string;
  /** Cells that every run of the series has; the value is the geometric mean over them. */
  readonly cells: number;
  /** Whether the speed of the machine is taken out by the reference kernel. */
  readonly corrected: boolean;
  readonly points: readonly HistoryPoint[];
}

/** A deterministic column that took other values in one run than in the run before. */
export interface ValueChange {
  readonly column: string;
  readonly run: string;
  readonly startedAt: string;
  readonly cells: number;
  readonly compared: number;
}

export interface History {
  readonly series: readonly HistorySeries[];
  readonly changes: readonly ValueChange[];
  /** Runs with too few cells in common with the newest one. */
  readonly leftOut: readonly string[];
}

/** A run belongs to the time line when it has at least this share of the newest run's cells. */
const shareInCommon = 0.5;

/**
 * The runs of an experiment as time lines, one for each timed column and host, with the places at which they step to
 * another level; and the runs in which a deterministic column changed.
 *
 * @param runs complete runs of one experiment, in any order
 */
export function historyOf(runs: readonly ComparedRun[]): History {
  const ordered = [...runs].sort((left, right) => compareText(startOf(left), startOf(right)));
  const newest = ordered.at(-1);
  if (!newest) return { series: [], changes: [], leftOut: [] };
  const wanted = pointsOf(newest);
  const belongs = (run: ComparedRun) => {
    const there = pointsOf(run);
    const common = [...wanted].filter((point) => there.has(point)).length;
    return common >= shareInCommon * wanted.size;
  };
  const kept = ordered.filter(belongs);
  return {
    series: timedColumns(newest).flatMap(({ column, measure }) => seriesOf(kept, column, measure)),
    changes: valueChanges(kept),
    leftOut: ordered.filter((run) => !kept.includes(run)).map(({ data }) => data.manifest.run),
  };
}

function seriesOf(runs: readonly ComparedRun[], column: string, measure: string): HistorySeries[] {
  const hosts = new Map<string, ComparedRun[]>();
  for (const run of runs) {
    const { cpu, cores } = run.data.manifest.environment;
    const host = `${cpu}, ${cores} cores`;
    hosts.set(host, [...(hosts.get(host) ?? []), run]);
  }
  return [...hosts].flatMap(([host, members]) => {
    const keys = commonKeys(members, measure);
    const series = members.map((run) => keys.map((key) => run.samples.get(key)!));
    if (keys.length === 0) return [];
    const corrected = series.flat().every((cell) => cell.reference !== undefined);
    const levels = series.map((cells) => mean(cells.map((cell) => logLevel(cell, corrected))));
    const values = levels.map((level) => Math.exp(level - levels[0]!));
    const random = seededRandom(members[0]!.data.manifest.seed).fork(`history/${column}`);
    const steps = new Map(findSteps(values, { random: () => random.uniform() }).map((step) => [step.index, step]));
    const points = members.map((run, index): HistoryPoint => {
      const { manifest } = run.data;
      const found = steps.get(index);
      const { commit } = manifest.git;
      const point = { run: manifest.run, startedAt: manifest.startedAt, commit, value: values[index]! };
      if (!found) return point;
      return { ...point, step: { before: found.before, after: found.after, pValue: found.pValue } };
    });
    return [{ column, host, cells: keys.length, corrected, points }];
  });
}

/** Keys of the cells of a measure that all runs have samples of. */
function commonKeys(runs: readonly ComparedRun[], measure: string): string[] {
  const [first, ...rest] = runs.map((run) => keysOf(run, measure));
  return [...first!].filter((key) => rest.every((keys) => keys.has(key)));
}

function keysOf({ data, samples }: ComparedRun, measure: string): Set<string> {
  const { axes } = data.manifest.spec;
  const keys = data.rows.map((row) => sampleKey(measure, pointOf(row, axes)));
  return new Set(keys.filter((key) => hasSamples(samples, key)));
}

function hasSamples(samples: RunSamples, key: string): boolean {
  return (samples.get(key)?.times.length ?? 0) > 0;
}

function logLevel({ times, reference }: CellSamples, corrected: boolean): number {
  const relative = corrected ? relativeTo(times, machineSpeeds(reference!)) : times;
  return Math.log(quantile(relative, quantileOfWork));
}

function valueChanges(runs: readonly ComparedRun[]): ValueChange[] {
  return runs.slice(1).flatMap((run, index) => {
    const before = rowsByPoint(runs[index]!);
    const { columns, rows, manifest } = run.data;
    return columns.flatMap(({ name, role, kind }): ValueChange[] => {
      if (role !== "measure" || kind !== "deterministic") return [];
      const pairs = rows.flatMap((row) => {
        const earlier = before.get(canonicalJson(pointOf(row, manifest.spec.axes)))?.[name];
        const later = row[name];
        return earlier === undefined || earlier === null || later === null ? [] : [[earlier, later]];
      });
      const cells = pairs.filter(([earlier, later]) => earlier !== later).length;
      if (cells === 0) return [];
      return [{ column: name, run: manifest.run, startedAt: manifest.startedAt, cells, compared: pairs.length }];
    });
  });
}

function timedColumns({ data }: ComparedRun): { readonly column: string; readonly measure: string }[] {
  return data.manifest.spec.measures.flatMap(({ name, column }) => (column ? [{ column, measure: name }] : []));
}

function pointsOf({ data }: ComparedRun): Set<string> {
  return new Set(data.rows.map((row) => canonicalJson(pointOf(row, data.manifest.spec.axes))));
}

function rowsByPoint({ data }: ComparedRun): ReadonlyMap<string, Row> {
  return new Map(data.rows.map((row) => [canonicalJson(pointOf(row, data.manifest.spec.axes)), row]));
}

function pointOf(row: Row, axes: readonly string[]): Row {
  return Object.fromEntries(axes.map((axis) => [axis, row[axis] ?? null]));
}

function startOf({ data }: ComparedRun): string {
  return data.manifest.startedAt;
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

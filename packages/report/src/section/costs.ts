import type { Row, RunData, TableColumn } from "@xattn/runner";
import { formatNumber } from "../format/number.ts";
import { titleWithUnit } from "../format/unit.ts";
import { formatParameters, formatValue } from "../format/value.ts";
import { frameOf, groupBy } from "../frame/frame.ts";
import type { TextTable } from "./table.ts";

/** How many rows of a run the page shows. */
const MOST_ROWS = 24;
const MOST_SUMMARIES = 60;

interface Columns {
  readonly arm: string | undefined;
  /** Axes of a point of the sweep that differ within the run, without the arm. */
  readonly point: readonly string[];
  /** Axes that are the same throughout, with their value. */
  readonly constant: Readonly<Record<string, Row[string]>>;
  readonly costs: readonly TableColumn[];
  readonly sampled: readonly TableColumn[];
}

/**
 * What was counted beside what was sampled, in a group of rows for each point of the sweep, and a summary for each
 * arm. Nothing when the run has not both kinds of columns.
 */
export async function costTables(data: RunData): Promise<readonly TextTable[]> {
  const columns = columnsOf(data);
  if (columns.costs.length === 0 || columns.sampled.length === 0 || data.rows.length === 0) return [];
  return [pointTable(data, columns), await summaryTable(data, columns)];
}

function columnsOf(data: RunData): Columns {
  const names = new Set(data.columns.map(({ name }) => name));
  const measured = data.columns.filter(({ role, name }) => role === "measure" && isNumeric(data, name));
  const isBound = ({ name }: TableColumn) => /(Low|High)$/.test(name) && names.has(name.replace(/(Low|High)$/, ""));
  const axes = data.columns.filter(({ role }) => role === "axis").map(({ name }) => name);
  const values = new Map(axes.map((axis) => [axis, new Set(data.rows.map((row) => row[axis] ?? null))]));
  const varying = axes.filter((axis) => values.get(axis)!.size > 1);
  const arm = armOf(data, varying);
  return {
    arm,
    point: varying.filter((axis) => axis !== arm),
    constant: Object.fromEntries(
      axes.flatMap((axis) => (values.get(axis)!.size === 1 ? [[axis, [...values.get(axis)!][0]!]] : [])),
    ),
    costs: measured.filter((column) => column.kind === "deterministic" && !isBound(column)),
    sampled: measured.filter((column) => column.kind === "sampled" && !isBound(column)),
  };
}

function isNumeric(data: RunData, name: string): boolean {
  let seen = false;
  for (const row of data.rows) {
    const value = row[name] ?? null;
    if (value !== null && typeof value !== "number") return false;
    seen ||= value !== null;
  }
  return seen;
}

/** What is compared: the axis that charts colour by most, else the first one of words. */
function armOf(data: RunData, varying: readonly string[]): string | undefined {
  const uses = (axis: string) => data.charts.filter(({ encoding }) => encoding.color?.field === axis).length;
  const colored = varying.filter((axis) => uses(axis) > 0).sort((a, b) => uses(b) - uses(a));
  return colored[0] ?? varying.find((axis) => data.rows.some((row) => typeof row[axis] === "string")) ?? varying[0];
}

function pointTable(data: RunData, { arm, point, constant, costs, sampled }: Columns): TextTable {
  const groups = new Map<string, { title: string; rows: Row[] }>();
  for (const row of data.rows) {
    const parameters = Object.fromEntries(point.map((axis) => [axis, row[axis] ?? null]));
    const key = JSON.stringify(parameters);
    const group = groups.get(key) ?? { title: formatParameters(parameters) || "all rows", rows: [] };
    groups.set(key, group);
    group.rows.push(row);
  }
  const shown: { title: string; rows: readonly (readonly string[])[] }[] = [];
  let count = 0;
  for (const { title, rows } of groups.values()) {
    const kept = rows.slice(0, MOST_ROWS - count);
    if (kept.length === 0) break;
    shown.push({
      title,
      rows: kept.map((row) => [
        arm === undefined ? "—" : formatValue(row[arm]),
        ...costs.map(({ name }) => formatValue(row[name])),
        ...sampled.map(({ name }) => withInterval(row, name)),
      ]),
    });
    count += kept.length;
  }
  const header = [arm ?? "", ...costs.map(heading), ...sampled.map(heading)];
  const throughout = formatParameters(constant);
  const notes = [
    throughout === "" ? "" : `Throughout: ${throughout}.`,
    count < data.rows.length ? `The first ${count} of ${data.rows.length} rows are shown; table.csv has them all.` : "",
  ];
  return {
    caption: "What was counted beside what was sampled, point by point",
    header,
    numeric: header.map((_, index) => index > 0),
    groups: shown,
    note: notes.filter(Boolean).join(" "),
  };
}

function heading({ name, unit }: TableColumn): string {
  return titleWithUnit(name, unit);
}

function withInterval(row: Row, name: string): string {
  const [low, high] = [row[`${name}Low`], row[`${name}High`]];
  const value = formatValue(row[name]);
  return typeof low === "number" && typeof high === "number"
    ? `${value} [${formatNumber(low)}, ${formatNumber(high)}]`
    : value;
}

/** Count, least, median and greatest of every column, for each arm: for orientation, since points differ in size. */
async function summaryTable(data: RunData, { arm, costs, sampled }: Columns): Promise<TextTable> {
  const measured = [...costs, ...sampled];
  const by = arm === undefined ? [] : [arm];
  const frame = frameOf(data.rows, [...by, ...measured.map(({ name }) => name)], by);
  const operations = ["count", "min", "median", "max"] as const;
  const grouped = await groupBy(frame, by, Object.fromEntries(measured.map(({ name }) => [name, operations])));
  const groups = grouped.cells.slice(0, MOST_SUMMARIES).map((cells) => ({
    title: arm === undefined ? "all rows" : `${arm} = ${formatValue(cells[0])}`,
    rows: measured.map((column) => [
      heading(column),
      ...operations.map((operation) => formatValue(cells[grouped.columns.indexOf(`${column.name}_${operation}`)])),
    ]),
  }));
  return {
    caption: `Summary over all points${arm === undefined ? "" : `, by ${arm}`}`,
    header: ["column", "values", "least", "median", "greatest"],
    numeric: [false, true, true, true, true],
    groups,
    ...(groups.length < grouped.cells.length
      ? { note: `The first ${groups.length} of ${grouped.cells.length} groups are shown.` }
      : {}),
  };
}

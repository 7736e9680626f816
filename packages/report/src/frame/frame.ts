import type { Row } from "@xattn/runner";
import { FrameError } from "../errors/errors.ts";
import { csvLine } from "./csv.ts";
import { loadDanfo } from "./danfo.ts";

type Cell = number | string | boolean | null;

/** How the values of a column are summed up within a group. */
export type Operation = "count" | "median" | "min" | "max" | "mean";

/** A table: named columns, and rows of as many cells, in an order decided before it was built. */
export interface Frame {
  readonly columns: readonly string[];
  readonly cells: readonly (readonly Cell[])[];
}

/**
 * A frame of `columns`, in this order. Rows may lack columns or have others: what is missing, undefined or not a finite
 * number becomes null, what is not asked for is left out. Rows are ordered by `sort` (columns, ascending: numbers
 * before text, nulls last), which is done here because danfo.js needs seconds for it.
 *
 * @throws {FrameError} when a column is named twice, or `sort` names one that is not there.
 */
export function frameOf(rows: readonly Row[], columns: readonly string[], sort: readonly string[] = []): Frame {
  const repeated = columns.find((column, index) => columns.indexOf(column) !== index);
  if (repeated !== undefined) throw new FrameError(`columns name "${repeated}" twice; every column needs its own name`);
  const cells = rows.map((row) => columns.map((column) => clean(row[column])));
  const order = sort.map((column) => indexOf(columns, column, "sort"));
  if (order.length > 0) cells.sort((a, b) => firstDifference(order.map((index) => compareCells(a[index]!, b[index]!))));
  return { columns, cells };
}

function clean(value: unknown): Cell {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  return typeof value === "string" || typeof value === "boolean" ? value : null;
}

function indexOf(columns: readonly string[], column: string, argument: string): number {
  const index = columns.indexOf(column);
  if (index < 0) throw new FrameError(`${argument} names "${column}", which is none of ${columns.join(", ")}`);
  return index;
}

function firstDifference(differences: readonly number[]): number {
  return differences.find((difference) => difference !== 0) ?? 0;
}

function compareCells(a: Cell, b: Cell): number {
  const rank = (cell: Cell) => (cell === null ? 3 : typeof cell === "string" ? 1 : typeof cell === "boolean" ? 2 : 0);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  return a! < b! ? -1 : a! > b! ? 1 : 0;
}

/**
 * One row per combination of values of `by`, in the order of their first appearance, with a column
 * `<column>_<operation>` for each operation asked for. Nulls are no values: they are not counted, and a group of
 * nothing else has count 0 and null for the rest. These figures are for display; verdicts come from elsewhere.
 *
 * @throws {FrameError} when `by` or `operations` names a column that is not there, or a column to aggregate holds
 * something other than numbers and nulls.
 */
export async function groupBy(
  frame: Frame,
  by: readonly string[],
  operations: Readonly<Record<string, readonly Operation[]>>,
): Promise<Frame> {
  const keys = by.map((column) => indexOf(frame.columns, column, "by"));
  // danfo.js joins keys with "-", so that ("a-b", "c") and ("a", "b-c") would be one group: it sees a number instead.
  const groups = new Map<string, number>();
  const ids = frame.cells.map((cells) => {
    const key = JSON.stringify(keys.map((index) => cells[index]));
    const id = groups.get(key) ?? groups.size;
    groups.set(key, id);
    return id;
  });
  const columns: string[] = [...by];
  const results: Cell[][] = [...groups.keys()].map((key) => JSON.parse(key) as Cell[]);
  for (const [column, wanted] of Object.entries(operations)) {
    const aggregated = await aggregate(frame, ids, indexOf(frame.columns, column, "operations"), wanted);
    for (const operation of wanted) columns.push(`${column}_${operation}`);
    for (const [id, cells] of results.entries()) {
      const found = aggregated.get(id);
      cells.push(...(found ?? wanted.map((operation) => (operation === "count" ? 0 : null))));
    }
  }
  return { columns, cells: results };
}

async function aggregate(
  frame: Frame,
  ids: readonly number[],
  column: number,
  operations: readonly Operation[],
): Promise<ReadonlyMap<number, readonly Cell[]>> {
  // Nulls go first: danfo.js counts them, and takes the mean of a group that has nothing else for 0.
  const values: Cell[][] = [];
  for (const [row, cells] of frame.cells.entries()) {
    const value = cells[column]!;
    if (value === null) continue;
    if (typeof value !== "number") {
      const name = frame.columns[column];
      throw new FrameError(`column "${name}" has the value ${JSON.stringify(value)}; aggregating needs numbers`);
    }
    values.push([ids[row]!, value]);
  }
  if (values.length === 0 || operations.length === 0) return new Map();
  const { DataFrame } = await loadDanfo();
  const grouped = new DataFrame(values, { columns: ["group", "value"] }).groupby(["group"]);
  const table = grouped.agg({ value: [...operations] });
  const order = operations.map((operation) => table.columns.indexOf(`value_${operation}`));
  const group = table.columns.indexOf("group");
  return new Map(table.values.map((cells) => [Number(cells[group]), order.map((index) => cells[index]!)]));
}

/** All rows of the first frame, then those of the others, over the columns of the first; the frames are left alone. */
export function concatenate(first: Frame, ...others: readonly Frame[]): Frame {
  const cells = others.flatMap((other) => {
    const order = first.columns.map((column) => other.columns.indexOf(column));
    return other.cells.map((row) => order.map((index) => row[index] ?? null));
  });
  return { columns: first.columns, cells: [...first.cells, ...cells] };
}

/** The frame as comma-separated values (RFC 4180), with a header line; nulls are empty fields. */
export async function toCSV(frame: Frame): Promise<string> {
  const header = `${csvLine(frame.columns)}\n`;
  if (frame.cells.length === 0) return header;
  const { DataFrame, toCSV: write } = await loadDanfo();
  // danfo.js joins fields as they are, so text is quoted before it gets them.
  const quoted = frame.cells.map((cells) => cells.map((cell) => csvLine([cell])));
  return header + write(new DataFrame(quoted, { columns: [...frame.columns] }), { header: false });
}

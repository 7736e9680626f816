import type { Value } from "@xattn/measures/contract";
import type { Outcome } from "../ledger/outcome.ts";
import { canonicalJson } from "../plan/canonical.ts";
import type { Row, Status, TableColumn } from "../run-data.ts";
import type { StoredManifest } from "../store/manifest.ts";

/** Statuses from good to bad. */
export const statuses: readonly Status[] = ["ok", "unsupported", "timeout", "failed"];

/**
 * The table of a run: a row for each point that has an outcome, in the order of the plan, with the columns of
 * all measures. Where a cell has several outcomes, the last one counts.
 */
export class Table {
  readonly #manifest: StoredManifest;
  readonly #rows = new Map<string, Record<string, Value>>();
  readonly #columnsOf: ReadonlyMap<string, readonly string[]>;
  /** Where timed cells ran, by row and flags column. */
  readonly #timedOn = new Map<Record<string, Value>, Map<string, string>>();

  constructor(manifest: StoredManifest) {
    this.#manifest = manifest;
    this.#columnsOf = columnsByStatus(manifest.spec.columns);
  }

  add(outcome: Outcome): void {
    const { spec } = this.#manifest;
    const key = canonicalJson(outcome.parameters);
    let row = this.#rows.get(key);
    if (!row) {
      row = Object.fromEntries(spec.columns.map((column) => [column.name, null]));
      for (const axis of spec.axes) row[axis] = outcome.parameters[axis] ?? null;
      this.#rows.set(key, row);
    }
    const status = `${outcome.measure}Status`;
    for (const name of this.#columnsOf.get(status) ?? []) row[name] = outcome.values?.[name] ?? null;
    row[status] = outcome.status;
    this.#rememberHost(row, outcome);
  }

  #rememberHost(row: Record<string, Value>, { measure, host, samples }: Outcome): void {
    const flags = this.#columnsOf.get(`${measure}Status`)?.find((name) => name.endsWith("Flags"));
    if (flags === undefined) return;
    const hosts = this.#timedOn.get(row) ?? new Map<string, string>();
    if (samples) hosts.set(flags, host?.name ?? "here");
    else hosts.delete(flags);
    this.#timedOn.set(row, hosts);
  }

  /** Times of several hosts stand side by side in a table: each row then says where its own are from. */
  #flagHosts(): void {
    const names = new Set([...this.#timedOn.values()].flatMap((hosts) => [...hosts.values()]));
    if (names.size < 2) return;
    for (const [row, hosts] of this.#timedOn) {
      for (const [flags, host] of hosts) row[flags] = [row[flags], `host:${host}`].filter(Boolean).join(" ");
    }
    this.#timedOn.clear();
  }

  rows(): readonly Row[] {
    this.#flagHosts();
    const { axes, products, measures } = this.#manifest.spec;
    const ranks = axes.map((axis) => rankOf(products.map((product) => product[axis]!)));
    const order = [...this.#rows.values()].map((row) => ({
      row,
      key: axes.map((axis, index) => ranks[index]!.get(row[axis]!) ?? Number.MAX_SAFE_INTEGER),
    }));
    order.sort((left, right) => compare(left.key, right.key));
    for (const { row } of order) {
      const all = measures.map((measure) => row[`${measure.name}Status`] as Status | null);
      row.status = all.includes(null) ? null : worst(all as Status[]);
    }
    return order.map(({ row }) => row);
  }
}

/** The columns of each measure, by the name of its status column: they stand right before it. */
function columnsByStatus(columns: readonly TableColumn[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  let names: string[] = [];
  for (const { name, role } of columns) {
    if (role === "measure") names.push(name);
    else {
      if (role === "status") found.set(name, names);
      names = [];
    }
  }
  return found;
}

function worst(all: readonly Status[]): Status {
  return statuses[Math.max(0, ...all.map((status) => statuses.indexOf(status)))]!;
}

/** Position of each value of an axis: numbers by size, the rest as listed. */
function rankOf(lists: readonly (readonly Value[])[]): Map<Value, number> {
  const values = [...new Set(lists.flat())];
  if (values.every((value) => typeof value === "number")) values.sort((left, right) => Number(left) - Number(right));
  return new Map(values.map((value, index) => [value, index]));
}

function compare(left: readonly number[], right: readonly number[]): number {
  for (const [index, value] of left.entries()) if (value !== right[index]) return value - right[index]!;
  return 0;
}

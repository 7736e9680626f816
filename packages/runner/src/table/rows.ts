import type { Value } from "@xattn/measures/contract";
import type { Outcome } from "../ledger/outcome.ts";
import { timedSuffixes } from "../normalize/table-columns.ts";
import { canonicalJson } from "../plan/canonical.ts";
import type { Row, Status } from "../run-data.ts";
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

  constructor(manifest: StoredManifest) {
    this.#manifest = manifest;
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
    row[`${outcome.measure}Status`] = outcome.status;
    if (outcome.status === "ok") Object.assign(row, outcome.values);
    else for (const name of this.#columnsOf(outcome.measure)) row[name] = null;
  }

  rows(): readonly Row[] {
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

  #columnsOf(measure: string): string[] {
    const record = this.#manifest.spec.measures.find(({ name }) => name === measure);
    const names = record?.column ? [record.column, ...timedSuffixes.map((suffix) => `${record.column}${suffix}`)] : [];
    return names.filter((name) => this.#manifest.spec.columns.some((column) => column.name === name));
  }
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

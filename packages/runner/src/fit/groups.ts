import type { Parameters } from "@xattn/measures/contract";
import type { Expression } from "../expression/expression.ts";
import { canonicalJson } from "../plan/canonical.ts";
import type { Row } from "../run-data.ts";

/** Rows that share the values of some axes. */
export interface Group {
  readonly group: Parameters;
  readonly rows: readonly Row[];
}

/** Rows in which `column` is a number and `where` is true, grouped by the values of the axes in `by`. */
export function groupRows(
  rows: readonly Row[],
  column: string,
  by: readonly string[],
  where: Expression | undefined,
): readonly Group[] {
  const groups = new Map<string, { group: Parameters; rows: Row[] }>();
  for (const row of rows) {
    if (typeof row[column] !== "number" || (where && !where.evaluate(row))) continue;
    const group = Object.fromEntries(by.map((axis) => [axis, row[axis] ?? null]));
    const key = canonicalJson(group);
    const found = groups.get(key);
    if (found) found.rows.push(row);
    else groups.set(key, { group, rows: [row] });
  }
  return [...groups.values()];
}

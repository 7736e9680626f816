import type { TableColumn } from "../run-data.ts";
import type { Comparison, PairedRows } from "./reproduce.ts";

/** Exact when every value is the same; otherwise the largest relative difference is held against the tolerance. */
export function compareDeterministic(
  column: TableColumn,
  pairs: readonly PairedRows[],
  sameEnvironment: boolean,
): Comparison {
  const base = { part: "column", name: column.name } as const;
  let compared = 0;
  let missing = 0;
  let different = 0;
  let largest = 0;
  for (const { reference, rerun } of pairs) {
    const before = reference[column.name] ?? null;
    const after = rerun?.[column.name] ?? null;
    if (before === null) continue;
    compared += 1;
    if (after === null) missing += 1;
    else if (after !== before) {
      different += 1;
      largest = Math.max(largest, relativeDifference(before, after));
    }
  }
  if (missing > 0) return { ...base, verdict: "missing", evidence: `${missing} of ${compared} cells have no value.` };
  if (different === 0) return { ...base, verdict: "exact", evidence: `${compared} cells, bit for bit.` };
  const tolerance = column.tolerance ?? 0;
  const outside = sameEnvironment ? "drifted" : "environment-differs";
  return {
    ...base,
    verdict: largest <= tolerance ? "within-tolerance" : outside,
    evidence: `${different} of ${compared} cells differ, by up to ${largest.toPrecision(3)} relative (tolerance ${tolerance}).`,
  };
}

function relativeDifference(before: unknown, after: unknown): number {
  if (typeof before !== "number" || typeof after !== "number") return Number.POSITIVE_INFINITY;
  return Math.abs(after - before) / Math.max(Math.abs(before), Number.MIN_VALUE);
}

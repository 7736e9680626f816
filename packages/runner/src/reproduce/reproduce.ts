import { seededRandom } from "@xattn/core/random";
import type { Row, RunData } from "../run-data.ts";
import { compareClaims } from "./claims.ts";
import { compareDeterministic } from "./deterministic.ts";
import { compareExponents } from "./exponents.ts";
import { compareSampled } from "./sampled.ts";
import type { Reproduction } from "./verdict.ts";

/** One line of a reproduction. */
export interface Comparison {
  readonly part: "column" | "exponent" | "claim";
  readonly name: string;
  readonly verdict: Reproduction;
  readonly evidence: string;
}

/** The rows of two runs that stand at the same point. */
export interface PairedRows {
  readonly reference: Row;
  readonly rerun: Row | undefined;
}

/**
 * Compares a rerun with its reference: deterministic columns value by value, sampled columns by their ratio to
 * the baseline, power laws by their exponents, claims by their verdicts. Times as such are compared only between
 * runs with the same environment fingerprint.
 */
export function compareRuns(reference: RunData, rerun: RunData): readonly Comparison[] {
  const axes = reference.columns.filter((column) => column.role === "axis").map((column) => column.name);
  const keyOf = (row: Row) => JSON.stringify(axes.map((axis) => row[axis] ?? null));
  const byKey = new Map(rerun.rows.map((row) => [keyOf(row), row]));
  const pairs = reference.rows.map((row) => ({ reference: row, rerun: byKey.get(keyOf(row)) }));
  const sameEnvironment = reference.manifest.environment.fingerprint === rerun.manifest.environment.fingerprint;
  const random = seededRandom(reference.manifest.seed).fork("reproduce");

  const columns = reference.columns.flatMap((column): Comparison[] => {
    if (column.role !== "measure" || column.kind === "descriptive") return [];
    return [
      column.kind === "deterministic"
        ? compareDeterministic(column, pairs, sameEnvironment)
        : compareSampled(column, pairs, sameEnvironment, () => random.uniform()),
    ];
  });
  return [
    ...columns,
    ...compareExponents(reference, rerun, sameEnvironment),
    ...compareClaims(reference, rerun, sameEnvironment),
  ];
}

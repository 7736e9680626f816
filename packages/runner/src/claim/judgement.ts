import type { Parameters } from "@xattn/measures/contract";
import type { FitResult, Verdict } from "../run-data.ts";

/** A verdict with the figures that decided it. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly evidence: string;
}

/** Refuted if any part is, else inconclusive if any part is, else holds; untested when there is no part. */
export function combine(verdicts: readonly Verdict[]): Verdict {
  for (const verdict of ["refuted", "inconclusive", "untested"] as const) {
    if (verdicts.includes(verdict)) return verdict;
  }
  return verdicts.length > 0 ? "holds" : "untested";
}

/** Results of a fit whose group has the values asked for. */
export function pickFits(
  fits: readonly FitResult[],
  name: string,
  group: Partial<Parameters> | undefined,
): FitResult[] {
  return fits.filter(
    (fit) => fit.name === name && Object.entries(group ?? {}).every(([axis, value]) => fit.group[axis] === value),
  );
}

/** `variant=linear backend=plain`, or "all rows" for a fit over everything. */
export function groupLabel(group: Parameters): string {
  const entries = Object.entries(group);
  return entries.length === 0 ? "all rows" : entries.map(([axis, value]) => `${axis}=${value}`).join(" ");
}

/** Four significant digits, whole numbers up to a million in full. */
export function figure(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  return String(Number(value.toPrecision(4)));
}

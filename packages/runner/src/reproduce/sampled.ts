import { bootstrapInterval, median } from "@xattn/stats";
import type { TableColumn } from "../run-data.ts";
import type { Comparison, PairedRows } from "./reproduce.ts";
import type { Reproduction } from "./verdict.ts";

/** Stands for the ratio of values that have none, as when one of them is 0: far outside every tolerance. */
const incomparable = 1e9;
/** Half or double would be a change of the code; machines of one kind move by less than a quarter. */
const defaultTolerance = 0.25;

/**
 * The median over cells of rerun ÷ reference, with its bootstrap interval, against 1 ± tolerance. A column with a
 * unit is a time: between different environments it is shown and not judged, since its ratios and exponents are.
 */
export function compareSampled(
  column: TableColumn,
  pairs: readonly PairedRows[],
  sameEnvironment: boolean,
  random: () => number,
): Comparison {
  const base = { part: "column", name: column.name } as const;
  const ratios: number[] = [];
  let missing = 0;
  for (const { reference, rerun } of pairs) {
    const before = reference[column.name];
    const after = rerun?.[column.name];
    if (typeof before !== "number") continue;
    if (typeof after !== "number") missing += 1;
    else ratios.push(ratio(before, after));
  }
  if (missing === 0 && ratios.length === 0) {
    return { ...base, verdict: "exact", evidence: "The reference has no value to compare with." };
  }
  if (missing > 0) {
    return { ...base, verdict: "missing", evidence: `${missing} of ${missing + ratios.length} cells have no value.` };
  }
  const { estimate, low, high } =
    ratios.length > 2
      ? bootstrapInterval(ratios, median, { random })
      : { estimate: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) };
  const evidence = `rerun ÷ reference: median ${estimate.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}] over ${ratios.length} cells`;
  if (column.unit !== "1" && !sameEnvironment) {
    return {
      ...base,
      verdict: "within-tolerance",
      evidence: `${evidence}; another environment, so judged by ratios and exponents.`,
    };
  }
  const tolerance = column.tolerance ?? defaultTolerance;
  const [least, most] = [1 / (1 + tolerance), 1 + tolerance];
  let verdict: Reproduction = "ambiguous";
  if (low >= least && high <= most) verdict = "within-tolerance";
  else if (high < least || low > most) verdict = sameEnvironment ? "drifted" : "environment-differs";
  return { ...base, verdict, evidence: `${evidence} (allowed ${least.toFixed(2)} … ${most.toFixed(2)}).` };
}

function ratio(before: number, after: number): number {
  if (before === after) return 1;
  if (before !== 0 && after / before > 0) return after / before;
  return after > before ? incomparable : 1 / incomparable;
}

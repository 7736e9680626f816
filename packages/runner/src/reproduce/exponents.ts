import { canonicalJson } from "../plan/canonical.ts";
import type { Estimate, PowerLawResult, RunData } from "../run-data.ts";
import type { Comparison } from "./reproduce.ts";
import type { Reproduction } from "./verdict.ts";

/** Exponents closer than this agree whatever their intervals say: the model is an approximation. */
const closeEnough = 0.1;

/** Exponents agree when they are close, or when their intervals overlap. */
export function compareExponents(reference: RunData, rerun: RunData, sameEnvironment: boolean): readonly Comparison[] {
  const keyOf = (fit: PowerLawResult) => canonicalJson([fit.name, fit.group]);
  const later = new Map(powerLaws(rerun).map((fit) => [keyOf(fit), fit]));
  return powerLaws(reference).flatMap((fit) =>
    Object.entries(fit.exponents).map(([factor, before]): Comparison => {
      const name = `${fit.name} ${Object.values(fit.group).join(" ")}: ${factor}`;
      const after = later.get(keyOf(fit))?.exponents[factor];
      if (!after) return { part: "exponent", name, verdict: "missing", evidence: "The rerun has no such exponent." };
      return {
        part: "exponent",
        name,
        verdict: judge(before, after, sameEnvironment),
        evidence: `${show(before)} then ${show(after)}.`,
      };
    }),
  );
}

function powerLaws(run: RunData): PowerLawResult[] {
  return run.fits.filter((fit) => fit.kind === "powerLaw");
}

function judge(before: Estimate, after: Estimate, sameEnvironment: boolean): Reproduction {
  const distance = Math.abs(before.estimate - after.estimate);
  if (distance === 0 && before.low === after.low && before.high === after.high) return "exact";
  const overlap = before.low <= after.high && after.low <= before.high;
  if (distance <= closeEnough || overlap) return "within-tolerance";
  return sameEnvironment ? "drifted" : "environment-differs";
}

function show({ estimate, low, high }: Estimate): string {
  return `${estimate.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

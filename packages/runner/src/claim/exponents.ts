import { intervalVerdict } from "@xattn/stats";
import type { FitResult, Verdict } from "../run-data.ts";
import type { ExponentsClaim } from "../spec/claim.ts";
import { combine, figure, groupLabel, type Judgement, pickFits } from "./judgement.ts";

/** The interval of every exponent lies within the tolerance of what is expected, in every group that is picked. */
export function judgeExponents(claim: ExponentsClaim<string, string>, fits: readonly FitResult[]): Judgement {
  const verdicts: Verdict[] = [];
  const figures: string[] = [];
  for (const fit of pickFits(fits, claim.fit, claim.group)) {
    if (fit.kind !== "powerLaw") continue;
    if (fit.problem !== undefined) {
      verdicts.push("untested");
      figures.push(`${groupLabel(fit.group)}: ${fit.problem}`);
      continue;
    }
    const parts: string[] = [];
    for (const [factor, expected] of Object.entries(claim.expect)) {
      const exponent = fit.exponents[factor];
      if (!exponent) {
        verdicts.push("untested");
        parts.push(`${factor} does not vary`);
      } else {
        verdicts.push(intervalVerdict(exponent, { target: expected!, tolerance: claim.within }));
        parts.push(`${factor}^${figure(exponent.estimate)} [${figure(exponent.low)}, ${figure(exponent.high)}]`);
      }
    }
    figures.push(`${groupLabel(fit.group)}: ${parts.join(", ")}`);
  }
  return {
    verdict: combine(verdicts),
    evidence: figures.length > 0 ? `${figures.join("; ")}.` : "No cell speaks to it.",
  };
}

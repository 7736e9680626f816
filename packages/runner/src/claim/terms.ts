import type { FitResult, TermsResult, Verdict } from "../run-data.ts";
import type { TermsClaim } from "../spec/claim.ts";
import { combine, figure, groupLabel, type Judgement, pickFits } from "./judgement.ts";

/**
 * Judged on the candidates that the data cannot tell from the best: a term is present when all of them have it
 * with an interval above 0, absent when none has it above 0, and in doubt otherwise.
 */
export function judgeTerms(claim: TermsClaim<string, string>, fits: readonly FitResult[]): Judgement {
  const verdicts: Verdict[] = [];
  const figures: string[] = [];
  for (const fit of pickFits(fits, claim.fit, claim.group)) {
    if (fit.kind !== "terms") continue;
    if (fit.problem !== undefined || fit.candidates.length === 0) {
      verdicts.push("untested");
      figures.push(`${groupLabel(fit.group)}: ${fit.problem ?? "nothing was fitted"}`);
      continue;
    }
    for (const term of claim.present ?? []) verdicts.push(presence(fit, term, true));
    for (const term of claim.absent ?? []) verdicts.push(presence(fit, term, false));
    figures.push(`${groupLabel(fit.group)}: ${describeBest(fit)}`);
  }
  return {
    verdict: combine(verdicts),
    evidence: figures.length > 0 ? `${figures.join("; ")}.` : "No cell speaks to it.",
  };
}

function presence(fit: TermsResult, term: string, wanted: boolean): Verdict {
  const states = fit.candidates
    .filter((candidate) => candidate.tied)
    .map((candidate) => {
      const coefficient = candidate.coefficients[term];
      if (!coefficient || coefficient.high <= 0) return "absent";
      return coefficient.low > 0 ? "present" : "doubtful";
    });
  if (states.every((state) => state === "present")) return wanted ? "holds" : "refuted";
  if (states.every((state) => state === "absent")) return wanted ? "refuted" : "holds";
  return "inconclusive";
}

function describeBest(fit: TermsResult): string {
  const tied = fit.candidates.filter((candidate) => candidate.tied);
  const best = tied[0] ?? fit.candidates[0]!;
  const sum = Object.entries(best.coefficients)
    .filter(([, coefficient]) => coefficient.estimate > 0)
    .map(
      ([term, coefficient]) =>
        `${figure(coefficient.estimate)}${term === "1" ? "" : `·${term.replaceAll("datum.", "").replaceAll(" * ", "·")}`}`,
    )
    .join(" + ");
  const others =
    tied.length > 1
      ? `, not told from ${tied
          .slice(1)
          .map(({ name }) => name)
          .join(", ")}`
      : "";
  return `${best.name}: ${sum || "0"}${others}`;
}

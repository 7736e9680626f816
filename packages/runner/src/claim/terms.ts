import { z } from "zod";
import { InputError } from "../errors/errors.ts";
import type { FitResult, TermsResult, Verdict } from "../run-data.ts";
import { text } from "../spec/fields.ts";
import { checkGroup } from "./group.ts";
import { combine, figure, groupLabel, type Judgement, pickFits } from "./judgement.ts";
import { type ClaimBase, type ClaimKind, claimBase, type GroupFilter, group } from "./kind.ts";

/** Terms that the best candidates of a `terms` fit have with a coefficient above 0, or do not have. */
export interface TermsClaim<Axis extends string, FitName extends string> extends ClaimBase {
  readonly kind: "terms";
  readonly fit: FitName;
  readonly group?: GroupFilter<Axis>;
  readonly present?: readonly string[];
  readonly absent?: readonly string[];
}

export const terms: ClaimKind<TermsClaim<string, string>> = {
  schema: z.strictObject({
    ...claimBase,
    kind: z.literal("terms"),
    fit: text,
    group,
    present: z.array(z.string()).optional(),
    absent: z.array(z.string()).optional(),
  }),
  check(claim, references) {
    const fit = checkGroup(claim, references);
    if (fit.kind !== "terms") throw new InputError(`${references.place}.fit: "${claim.fit}" is not a terms fit.`);
    const known = Object.values(fit.candidates).flat();
    for (const term of [...(claim.present ?? []), ...(claim.absent ?? [])]) references.need(term, known);
  },
  judge: (claim, { fits }) => judgeFits(claim, fits),
};

/**
 * Judged on the candidates that the data cannot tell from the best: a term is present when all of them have it
 * with an interval above 0, absent when none has it above 0, and in doubt otherwise.
 */
function judgeFits(claim: TermsClaim<string, string>, fits: readonly FitResult[]): Judgement {
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

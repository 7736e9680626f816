import { intervalVerdict } from "@xattn/stats";
import { z } from "zod";
import { InputError } from "../errors/errors.ts";
import type { FitResult, Verdict } from "../run-data.ts";
import { text } from "../spec/fields.ts";
import { checkGroup } from "./group.ts";
import { combine, figure, groupLabel, type Judgement, pickFits } from "./judgement.ts";
import { type ClaimBase, type ClaimKind, claimBase, type GroupFilter, group } from "./kind.ts";

/** The exponents of a power-law fit are the ones expected, give or take `within`, in every group that is picked. */
export interface ExponentsClaim<Axis extends string, FitName extends string> extends ClaimBase {
  readonly kind: "exponents";
  readonly fit: FitName;
  readonly group?: GroupFilter<Axis>;
  readonly expect: Readonly<Partial<Record<Axis, number>>>;
  readonly within: number;
}

export const exponents: ClaimKind<ExponentsClaim<string, string>> = {
  schema: z.strictObject({
    ...claimBase,
    kind: z.literal("exponents"),
    fit: text,
    group,
    expect: z.record(z.string(), z.number()).describe("an exponent for each factor"),
    within: z.number().nonnegative().describe("a number of at least 0"),
  }),
  check(claim, references) {
    const fit = checkGroup(claim, references);
    if (fit.kind !== "powerLaw") {
      throw new InputError(`${references.place}.fit: "${claim.fit}" is not a powerLaw fit.`);
    }
    for (const factor of Object.keys(claim.expect)) references.need(factor, fit.factors, "expect");
  },
  judge: (claim, { fits }) => judgeFits(claim, fits),
};

/** The interval of every exponent lies within the tolerance of what is expected, in every group that is picked. */
function judgeFits(claim: ExponentsClaim<string, string>, fits: readonly FitResult[]): Judgement {
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

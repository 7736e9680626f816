import { checkValue } from "../normalize/check-value.ts";
import type { FitSpec } from "../spec/fit.ts";
import type { GroupFilter, References } from "./kind.ts";

/** The fit that a claim is about, once it and the groups that are picked of it are known to be there. */
export function checkGroup(
  claim: { readonly fit: string; readonly group?: GroupFilter<string> },
  { experiment, place, need }: References,
): FitSpec {
  need(claim.fit, Object.keys(experiment.fits), "fit");
  const fit = experiment.fits[claim.fit]!;
  for (const [axis, value] of Object.entries(claim.group ?? {})) {
    need(axis, fit.by ?? [], "group");
    checkValue(axis, value, experiment.measures, `${place}.group.${axis}`);
  }
  return fit;
}

import { fitTerms } from "@xattn/stats";
import { messageOf } from "../errors/errors.ts";
import { compileExpression } from "../expression/expression.ts";
import type { Estimate, TermsResult } from "../run-data.ts";
import type { TermsFit } from "../spec/fit.ts";
import type { Group } from "./groups.ts";

/** A term that adds less than this part of the column's largest value is rounding, and counts as absent. */
const rounding = 1e-9;
const nothing: Estimate = { estimate: 0, low: 0, high: 0 };

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Fits every candidate of a `terms` fit to one group and ranks them. */
export function terms(
  name: string,
  fit: TermsFit<string, string>,
  { group, rows }: Group,
  unit: string,
  fields: readonly string[],
  random: () => number,
): TermsResult {
  const base = { kind: "terms", name, column: fit.column, unit, group, points: rows.length } as const;
  try {
    const candidates = Object.fromEntries(
      Object.entries(fit.candidates).map(([candidate, texts]) => [
        candidate,
        Object.fromEntries(
          texts.map((text) => {
            const expression = compileExpression(text, `fits.${name}.candidates.${candidate}`, fields);
            return [text, rows.map((row) => Number(expression.evaluate(row)))];
          }),
        ),
      ]),
    );
    const values = rows.map((row) => Number(row[fit.column]));
    const scale = largest(values);
    const ranked = fitTerms({ values, candidates, random }).map((candidate) => ({
      ...candidate,
      coefficients: Object.fromEntries(
        Object.entries(candidate.coefficients).map(([term, coefficient]) => {
          const reach = term === "1" ? 1 : largest(candidates[candidate.name]![term]!);
          return [term, coefficient.high * reach < rounding * scale ? nothing : coefficient];
        }),
      ),
    }));
    return { ...base, candidates: ranked };
  } catch (error) {
    return { ...base, candidates: [], problem: messageOf(error) };
  }
}

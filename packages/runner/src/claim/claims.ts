import { compileExpression, type Expression } from "../expression/expression.ts";
import type { ClaimResult, FitResult, Row, TableColumn } from "../run-data.ts";
import type { ClaimSpec } from "../spec/claim.ts";
import { judgeAlways } from "./always.ts";
import { judgeBound } from "./bound.ts";
import { judgeExponents } from "./exponents.ts";
import type { Judgement } from "./judgement.ts";
import { judgeTerms } from "./terms.ts";

/** A verdict on every claim of an experiment, from its rows and fits. */
export function judgeClaims(
  claims: readonly ClaimSpec[],
  rows: readonly Row[],
  fits: readonly FitResult[],
  columns: readonly TableColumn[],
): readonly ClaimResult[] {
  const fields = columns.map((column) => column.name);
  const compile = (text: string, place: string): Expression => compileExpression(text, place, fields);
  return claims.map((claim) => {
    const { name, statement, source } = claim;
    return {
      name,
      statement,
      ...(source === undefined ? {} : { source }),
      ...judge(claim, rows, fits, columns, compile),
    };
  });
}

function judge(
  claim: ClaimSpec,
  rows: readonly Row[],
  fits: readonly FitResult[],
  columns: readonly TableColumn[],
  compile: (text: string, place: string) => Expression,
): Judgement {
  switch (claim.kind) {
    case "always":
    case "bound": {
      const where = claim.where === undefined ? undefined : compile(claim.where, `claims.${claim.name}.where`);
      const chosen = where ? rows.filter((row) => Boolean(where.evaluate(row))) : rows;
      if (where && chosen.length === 0) {
        return { verdict: "untested", evidence: `No row passes the condition ${where.text}.` };
      }
      if (claim.kind === "bound") return judgeBound(claim, chosen, columns);
      return judgeAlways(compile(claim.test, `claims.${claim.name}.test`), chosen);
    }
    case "exponents":
      return judgeExponents(claim, fits);
    case "terms":
      return judgeTerms(claim, fits);
  }
}

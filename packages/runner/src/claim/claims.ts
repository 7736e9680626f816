import { compileExpression } from "../expression/expression.ts";
import type { ClaimResult, FitResult, Row, TableColumn } from "../run-data.ts";
import type { ClaimSpec } from "../spec/claim.ts";
import { always } from "./always.ts";
import { bound } from "./bound.ts";
import { exponents } from "./exponents.ts";
import type { ClaimKind, References } from "./kind.ts";
import { rate } from "./rate.ts";
import { terms } from "./terms.ts";

/** The kinds of claims there are; a new one is a file of its own and a line here and in the schema. */
const kinds: { readonly [Kind in ClaimSpec["kind"]]: ClaimKind<Extract<ClaimSpec, { readonly kind: Kind }>> } = {
  always,
  bound,
  exponents,
  rate,
  terms,
};

function kindOf(claim: ClaimSpec): ClaimKind<ClaimSpec> {
  return kinds[claim.kind] as ClaimKind<ClaimSpec>;
}

/** @throws InputError when a claim refers to what is not there */
export function checkClaim(claim: ClaimSpec, references: References): void {
  kindOf(claim).check(claim, references);
}

/** A verdict on every claim of an experiment, from its rows and fits. */
export function judgeClaims(
  claims: readonly ClaimSpec[],
  rows: readonly Row[],
  fits: readonly FitResult[],
  columns: readonly TableColumn[],
): readonly ClaimResult[] {
  const fields = columns.map((column) => column.name);
  return claims.map((claim) => {
    const { name, statement, source } = claim;
    const compile = (text: string, field: string) => compileExpression(text, `claims.${name}.${field}`, fields);
    return {
      name,
      statement,
      ...(source === undefined ? {} : { source }),
      ...kindOf(claim).judge(claim, { rows, fits, columns, compile }),
    };
  });
}

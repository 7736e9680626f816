import { z } from "zod";
import type { Expression } from "../expression/expression.ts";
import type { Row } from "../run-data.ts";
import { expression } from "../spec/fields.ts";
import { figure, type Judgement } from "./judgement.ts";
import { type ClaimBase, type ClaimKind, claimBase } from "./kind.ts";
import { isJudgement, rowsWhere } from "./rows.ts";

/** Every row that passes `where` satisfies the Vega expression `test`. */
export interface AlwaysClaim extends ClaimBase {
  readonly kind: "always";
  readonly test: string;
  readonly where?: string;
}

export const always: ClaimKind<AlwaysClaim> = {
  schema: z.strictObject({
    ...claimBase,
    kind: z.literal("always"),
    test: expression,
    where: expression.optional(),
  }),
  check(claim, references) {
    references.expression(claim.where, "where");
    references.expression(claim.test, "test");
  },
  judge(claim, evidence) {
    const rows = rowsWhere(claim.where, evidence);
    return isJudgement(rows) ? rows : judgeRows(evidence.compile(claim.test, "test"), rows);
  },
};

/** Holds when the test is true on every row that has all fields of the test; one row is enough to refute. */
function judgeRows(test: Expression, rows: readonly Row[]): Judgement {
  const tested = rows.filter((row) => test.fields.every((field) => row[field] !== null && row[field] !== undefined));
  if (tested.length === 0) return { verdict: "untested", evidence: "No row has the columns that the test reads." };
  const against = tested.filter((row) => !test.evaluate(row));
  if (against.length === 0)
    return { verdict: "holds", evidence: `True on all ${tested.length} rows: ${example(test, tested[0]!)}.` };
  return {
    verdict: "refuted",
    evidence: `False on ${against.length} of ${tested.length} rows: ${example(test, against[0]!)}.`,
  };
}

function example(test: Expression, row: Row): string {
  const values = test.fields.map((field) => {
    const value = row[field]!;
    return `${field} = ${typeof value === "number" ? figure(value) : value}`;
  });
  return `for example ${values.join(", ")}`;
}

import { z } from "zod";
import { InputError } from "../errors/errors.ts";
import type { Row, TableColumn, Verdict } from "../run-data.ts";
import { expression, text } from "../spec/fields.ts";
import { combine, figure, type Judgement } from "./judgement.ts";
import { type ClaimBase, type ClaimKind, claimBase } from "./kind.ts";
import { isJudgement, rowsWhere } from "./rows.ts";

/**
 * A column lies within bounds on every row that passes `where`. For sampled columns the whole 95 % interval has
 * to: an interval across a bound makes the claim inconclusive.
 */
export interface BoundClaim<Field extends string> extends ClaimBase {
  readonly kind: "bound";
  readonly column: Field;
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly where?: string;
}

export const bound: ClaimKind<BoundClaim<string>> = {
  schema: z.strictObject({
    ...claimBase,
    kind: z.literal("bound"),
    column: text,
    atMost: z.number().optional().describe("a number"),
    atLeast: z.number().optional().describe("a number"),
    where: expression.optional(),
  }),
  check(claim, references) {
    references.expression(claim.where, "where");
    references.need(claim.column, references.columns, "column");
    if (claim.atMost === undefined && claim.atLeast === undefined) {
      throw new InputError(`${references.place}: needs atMost, atLeast or both.`);
    }
  },
  judge(claim, evidence) {
    const rows = rowsWhere(claim.where, evidence);
    return isJudgement(rows) ? rows : judgeRows(claim, rows, evidence.columns);
  },
};

/** Each row is judged by its whole interval, where the column has one. */
function judgeRows(claim: BoundClaim<string>, rows: readonly Row[], columns: readonly TableColumn[]): Judgement {
  const { column, atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY } = claim;
  const measured = rows.filter((row) => typeof row[column] === "number");
  if (measured.length === 0) return { verdict: "untested", evidence: `No row has the column ${column}.` };
  const verdicts = measured.map((row) => {
    const { low, high } = interval(row, column);
    return verdictOf(low, high, atLeast, atMost);
  });
  const verdict = combine(verdicts);
  const values = measured.map((row) => Number(row[column]));
  const unit = columns.find(({ name }) => name === column)?.unit ?? "1";
  const range = `${column} is ${spread(values)}${unit === "1" ? "" : ` ${unit}`} on ${measured.length} rows`;
  if (verdict === "holds") return { verdict, evidence: `${range}.` };
  const index = verdicts.indexOf(verdict);
  const { low, high } = interval(measured[index]!, column);
  const count = verdicts.filter((item) => item === verdict).length;
  const how = verdict === "refuted" ? "outside the bound" : "with an interval across the bound";
  const shown = low === high ? figure(low) : `[${figure(low)}, ${figure(high)}]`;
  return { verdict, evidence: `${range}; ${count} ${how}, for example ${shown}.` };
}

function interval(row: Row, column: string): { low: number; high: number } {
  const value = Number(row[column]);
  const low = row[`${column}Low`];
  const high = row[`${column}High`];
  return { low: typeof low === "number" ? low : value, high: typeof high === "number" ? high : value };
}

function verdictOf(low: number, high: number, atLeast: number, atMost: number): Verdict {
  if (low >= atLeast && high <= atMost) return "holds";
  return high < atLeast || low > atMost ? "refuted" : "inconclusive";
}

function spread(values: readonly number[]): string {
  const low = values.reduce((left, right) => Math.min(left, right));
  const high = values.reduce((left, right) => Math.max(left, right));
  return low === high ? figure(low) : `${figure(low)} … ${figure(high)}`;
}

import type { Row, TableColumn, Verdict } from "../run-data.ts";
import type { BoundClaim } from "../spec/claim.ts";
import { combine, figure, type Judgement } from "./judgement.ts";

/** Each row is judged by its whole interval, where the column has one. */
export function judgeBound(
  claim: BoundClaim<string>,
  rows: readonly Row[],
  columns: readonly TableColumn[],
): Judgement {
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

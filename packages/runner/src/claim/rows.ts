import type { Row } from "../run-data.ts";
import type { Judgement } from "./judgement.ts";
import type { Evidence } from "./kind.ts";

/** The rows that pass the condition of a claim, or the verdict of a claim that none passes. */
export function rowsWhere(where: string | undefined, { rows, compile }: Evidence): readonly Row[] | Judgement {
  if (where === undefined) return rows;
  const condition = compile(where, "where");
  const chosen = rows.filter((row) => Boolean(condition.evaluate(row)));
  return chosen.length > 0
    ? chosen
    : { verdict: "untested", evidence: `No row passes the condition ${condition.text}.` };
}

export function isJudgement(found: readonly Row[] | Judgement): found is Judgement {
  return "verdict" in found;
}

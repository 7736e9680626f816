import { shareInterval } from "@xattn/stats";
import { z } from "zod";
import { InputError } from "../errors/errors.ts";
import type { Verdict } from "../run-data.ts";
import { expression } from "../spec/fields.ts";
import { figure } from "./judgement.ts";
import { type ClaimBase, type ClaimKind, claimBase } from "./kind.ts";
import { isJudgement, rowsWhere } from "./rows.ts";

/**
 * The share of rows that pass `where` for which `test` is true lies within bounds: how often something happens.
 * Judged by the whole 95 % interval of the share, so that few rows make the claim inconclusive.
 */
export interface RateClaim extends ClaimBase {
  readonly kind: "rate";
  readonly test: string;
  readonly where?: string;
  /** Shares, from 0 to 1. */
  readonly atMost?: number;
  readonly atLeast?: number;
}

const share = z.number().min(0).max(1).optional().describe("a share from 0 to 1");

export const rate: ClaimKind<RateClaim> = {
  schema: z.strictObject({
    ...claimBase,
    kind: z.literal("rate"),
    test: expression,
    where: expression.optional(),
    atMost: share,
    atLeast: share,
  }),
  check(claim, references) {
    references.expression(claim.where, "where");
    references.expression(claim.test, "test");
    if (claim.atMost === undefined && claim.atLeast === undefined) {
      throw new InputError(`${references.place}: needs atMost, atLeast or both.`);
    }
  },
  judge(claim, evidence) {
    const rows = rowsWhere(claim.where, evidence);
    if (isJudgement(rows)) return rows;
    const test = evidence.compile(claim.test, "test");
    const tested = rows.filter((row) => test.fields.every((field) => row[field] !== null && row[field] !== undefined));
    if (tested.length === 0) return { verdict: "untested", evidence: "No row has the columns that the test reads." };
    const count = tested.filter((row) => Boolean(test.evaluate(row))).length;
    const { estimate, low, high } = shareInterval(count, tested.length);
    const { atLeast = 0, atMost = 1 } = claim;
    let verdict: Verdict = "inconclusive";
    if (low >= atLeast && high <= atMost) verdict = "holds";
    else if (high < atLeast || low > atMost) verdict = "refuted";
    const percent = (value: number) => figure(100 * value);
    return {
      verdict,
      evidence: `True on ${count} of ${tested.length} rows: ${percent(estimate)} % [${percent(low)}, ${percent(high)}].`,
    };
  },
};

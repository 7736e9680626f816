import type { ClaimResult, Verdict } from "@xattn/runner";
import colors from "picocolors";
import { textTable } from "./table.ts";

const paint: Readonly<Record<Verdict, (text: string) => string>> = {
  holds: colors.green,
  refuted: colors.red,
  inconclusive: colors.yellow,
  untested: colors.dim,
};

/** The verdict table of a run, for a terminal. */
export function verdictTable(claims: readonly ClaimResult[], width: number): string {
  return textTable(
    claims.flatMap((claim) => [
      [paint[claim.verdict](claim.verdict), claim.statement],
      ["", colors.dim(claim.evidence)],
    ]),
    width,
  );
}

/** Columns of the terminal, within what is good to read. */
export function terminalWidth(): number {
  return Math.min(120, Math.max(60, process.stdout.columns ?? 100));
}

import { join } from "node:path";
import { judgeClaims } from "../claim/claims.ts";
import { compileExpression } from "../expression/expression.ts";
import { evaluateFits } from "../fit/fits.ts";
import { scanLedger } from "../ledger/ledger.ts";
import type { RunData, Status } from "../run-data.ts";
import type { StoredManifest } from "../store/manifest.ts";
import { files, readManifest } from "../store/run-folder.ts";
import { Table } from "../table/rows.ts";

const mostTroubles = 100;

/** A manifest may come from somebody else: what a chart filters by is a Vega expression over the columns, or refused. */
function checkFilters({ spec }: StoredManifest): void {
  const fields = spec.columns.map(({ name }) => name);
  for (const { name, filter } of spec.charts) {
    if (filter !== undefined) compileExpression(filter, `charts.${name}.filter`, fields);
  }
}

/**
 * All that a report is made from, out of a run folder alone: the ledger is the truth, and fits and verdicts are
 * worked out from it anew.
 *
 * @throws StoreError or LedgerError when the folder cannot be read
 */
export async function readRun(
  folder: string,
  stored: StoredManifest = readManifest(folder),
): Promise<RunData & { readonly manifest: StoredManifest }> {
  const { spec } = stored;
  checkFilters(stored);
  let seconds = 0;
  const table = new Table(stored);
  const latest = new Map<string, Status>();
  const troubles = new Map<string, RunData["troubles"][number]>();
  await scanLedger(join(folder, files.ledger), (outcome) => {
    table.add(outcome);
    seconds += outcome.seconds;
    latest.set(outcome.cell, outcome.status);
    troubles.delete(outcome.cell);
    if (outcome.status !== "ok" && troubles.size < mostTroubles) {
      const { measure, status, parameters } = outcome;
      troubles.set(outcome.cell, { measure, status, parameters, message: outcome.error?.message ?? "" });
    }
  });
  const counts: Record<Status, number> = { ok: 0, failed: 0, unsupported: 0, timeout: 0 };
  for (const status of latest.values()) counts[status] += 1;
  const rows = table.rows();
  const fits = evaluateFits(spec.fits, rows, spec.columns, stored.seed);
  return {
    title: spec.title,
    question: spec.question,
    manifest: { ...stored, seconds: Math.round(seconds * 1000) / 1000 },
    columns: spec.columns,
    rows,
    counts,
    troubles: [...troubles.values()],
    fits,
    claims: judgeClaims(spec.claims, rows, fits, spec.columns),
    charts: spec.charts,
  };
}

import { join } from "node:path";
import { judgeClaims } from "../claim/claims.ts";
import { evaluateFits } from "../fit/fits.ts";
import { scanLedger } from "../ledger/ledger.ts";
import type { RunData, Status } from "../run-data.ts";
import { checkCharts } from "../security/check-charts.ts";
import { Quarantine } from "../status/quarantine.ts";
import type { StoredManifest } from "../store/manifest.ts";
import { files, readManifest } from "../store/run-folder.ts";
import { labelEvidence, withLabels } from "../table/labels.ts";
import { Table } from "../table/rows.ts";

const mostTroubles = 100;

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
  const charts = checkCharts(stored);
  let seconds = 0;
  const table = new Table(stored);
  const latest = new Map<string, Status>();
  const troubles = new Map<string, RunData["troubles"][number]>();
  const quarantine = new Quarantine();
  await scanLedger(join(folder, files.ledger), (outcome) => {
    table.add(outcome);
    seconds += outcome.seconds;
    latest.set(outcome.cell, outcome.status);
    quarantine.add(outcome);
    troubles.delete(outcome.cell);
    if (outcome.status !== "ok" && !outcome.quarantined && troubles.size < mostTroubles) {
      const { measure, status, parameters } = outcome;
      troubles.set(outcome.cell, { measure, status, parameters, message: outcome.error?.message ?? "" });
    }
  });
  const counts: Record<Status, number> = { ok: 0, failed: 0, unsupported: 0, timeout: 0 };
  for (const status of latest.values()) counts[status] += 1;
  const rows = table.rows();
  const fits = evaluateFits(spec.fits, rows, spec.columns, stored.seed);
  const { labels } = stored.environment;
  const { quarantined: _, ...withoutCount } = stored;
  return {
    title: spec.title,
    question: spec.question,
    manifest: {
      ...withoutCount,
      seconds: Math.round(seconds * 1000) / 1000,
      ...(quarantine.count > 0 ? { quarantined: quarantine.count } : {}),
    },
    ...withLabels(spec.columns, rows, labels),
    counts,
    troubles: [...quarantine.cells(mostTroubles), ...troubles.values()].slice(0, mostTroubles),
    fits,
    claims: judgeClaims(spec.claims, rows, fits, spec.columns).map((claim) => labelEvidence(claim, labels)),
    charts,
  };
}

import { join } from "node:path";
import type { RunData } from "../run-data.ts";
import { writeAtomic } from "../store/atomic.ts";
import type { StoredManifest } from "../store/manifest.ts";
import { files, writeManifest } from "../store/run-folder.ts";
import { toCsv } from "../table/csv.ts";
import { readRun } from "./read-run.ts";

/** Reads the ledger of a run back, fits, judges, and writes table, claims and manifest, the manifest last. */
export async function finishRun(folder: string, manifest: StoredManifest): Promise<RunData> {
  const data = await readRun(folder, manifest);
  writeAtomic(join(folder, files.table), toCsv(data.columns, data.rows));
  const claims = { experiment: manifest.experiment, run: manifest.run, claims: data.claims, fits: data.fits };
  writeAtomic(join(folder, files.claims), `${JSON.stringify(claims, null, 2)}\n`);
  writeManifest(folder, data.manifest);
  return data;
}

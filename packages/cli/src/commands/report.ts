import { join } from "node:path";
import { findRun, type RunData, readRun } from "@xattn/runner";
import { shown } from "../workspace/paths.ts";
import { resultsOf } from "./options.ts";

/** Writes charts, report.html and report.md into a run folder; returns the path of the page. */
export async function makeReport(data: RunData, folder: string): Promise<string> {
  const { writeReport } = await import("@xattn/report");
  const written = await writeReport(data, folder);
  return join(folder, written.html);
}

/** `exp report` */
export async function report(given: string, options: { readonly results?: string }): Promise<void> {
  const folder = findRun(resultsOf(options), given);
  const data = await readRun(folder);
  process.stdout.write(`report: ${shown(await makeReport(data, folder))}\n`);
}

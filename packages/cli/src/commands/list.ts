import { findExperiment, listExperiments, listRuns, loadExperiment, messageOf } from "@xattn/runner";
import colors from "picocolors";
import { textTable } from "../terminal/table.ts";
import { terminalWidth } from "../terminal/verdict.ts";
import { experimentsFolder, shown } from "../workspace/paths.ts";
import { resultsOf } from "./options.ts";

interface Entry {
  readonly name: string;
  readonly question: string;
  readonly runs: number;
  readonly lastRun: string | null;
  readonly problem?: string;
}

/** `exp list` */
export async function list(options: { readonly json?: boolean; readonly results?: string }): Promise<void> {
  const results = resultsOf(options);
  const entries = await Promise.all(listExperiments(experimentsFolder).map((name) => entry(name, results)));
  if (options.json) {
    process.stdout.write(`${JSON.stringify(entries, null, 2)}\n`);
    return;
  }
  if (entries.length === 0) {
    process.stdout.write(`There are no experiments in ${shown(experimentsFolder)}; write one with exp new my-sweep.\n`);
    return;
  }
  const rows = entries.flatMap(({ name, question, runs, lastRun, problem }) => [
    [colors.bold(name), problem ? colors.red(problem) : question],
    ["", colors.dim(runs === 0 ? "no runs yet" : `${runs} ${runs === 1 ? "run" : "runs"}, the last ${lastRun}`)],
  ]);
  process.stdout.write(`${textTable(rows, terminalWidth())}\n`);
}

/** A spec that cannot be loaded is listed with what is wrong, so that it does not hide the others. */
async function entry(name: string, results: string): Promise<Entry> {
  const runs = listRuns(results, name);
  const base = { name, runs: runs.length, lastRun: runs[0]?.manifest.startedAt ?? null };
  try {
    const file = findExperiment(experimentsFolder, name);
    const spec = await loadExperiment(file, shown(file));
    return { ...base, question: String(spec?.question ?? "") };
  } catch (error) {
    return { ...base, question: "", problem: messageOf(error).split("\n")[0]! };
  }
}

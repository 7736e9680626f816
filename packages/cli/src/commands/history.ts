import { existsSync } from "node:fs";
import { join } from "node:path";
import { type History, type HistorySeries, historyOf, InputError, listRuns, readRun, readSamples } from "@xattn/runner";
import colors from "picocolors";
import { sparkline } from "../terminal/sparkline.ts";
import { textTable } from "../terminal/table.ts";
import { terminalWidth } from "../terminal/verdict.ts";
import { resultsFolder } from "../workspace/paths.ts";
import { resultsOf, wholeNumber } from "./options.ts";

interface HistoryOptions {
  readonly results?: string;
  readonly limit: string;
  readonly json?: boolean;
}

/** `exp history` */
export async function history(experiment: string, options: HistoryOptions): Promise<void> {
  const limit = wholeNumber("limit", options.limit, 2)!;
  const runs = runsOf(experiment, resultsOf(options)).slice(0, limit);
  if (runs.length === 0) throw new InputError(`${experiment}: no run of it is complete yet; start one with exp run.`);
  const found = historyOf(
    await Promise.all(
      runs.map(async ({ path, manifest }) => ({
        data: await readRun(path, manifest),
        samples: await readSamples(path),
      })),
    ),
  );
  process.stdout.write(options.json ? `${JSON.stringify(found, null, 2)}\n` : historyText(found));
}

/** Complete runs, the newest first; the committed reference of the workspace is one of them. */
function runsOf(experiment: string, results: string) {
  const bases = [...new Set([results, resultsFolder])].filter((base) => existsSync(join(base, experiment)));
  const seen = new Set<string>();
  return bases
    .flatMap((base) => listRuns(base, experiment).filter(({ path }) => base === results || path.endsWith("reference")))
    .filter(({ manifest }) => {
      const fresh = manifest.state === "complete" && !seen.has(manifest.run);
      seen.add(manifest.run);
      return fresh;
    });
}

function historyText({ series, changes, leftOut }: History): string {
  const width = terminalWidth();
  const parts = series.map((line) => seriesText(line, width));
  if (series.length === 0) parts.push("No timed column has cells that all runs share.");
  if (changes.length > 0) {
    parts.push(
      `deterministic columns that changed:\n${textTable(
        changes.map(({ startedAt, column, cells, compared, run }) => [
          startedAt.slice(0, 19),
          column,
          `${cells} of ${compared} cells, in ${run}`,
        ]),
        width,
      )}`,
    );
  }
  if (leftOut.length > 0) parts.push(colors.dim(`left out, since they measure other cells: ${leftOut.join(", ")}`));
  return `${parts.join("\n\n")}\n`;
}

function seriesText({ column, host, cells, corrected, points }: HistorySeries, width: number): string {
  const speed = corrected ? "the machine's speed is taken out" : "the machine's speed is not taken out";
  const rows = points.map(({ startedAt, run, commit, value, step }) => [
    startedAt.slice(0, 19),
    commit?.slice(0, 8) ?? "no commit",
    value.toFixed(3),
    step ? `${run}  ${paintStep(step.after / step.before)}` : run,
  ]);
  return (
    `${colors.bold(column)} on ${host}: ${points.length} runs, ${cells} cells; ${speed}\n` +
    `${sparkline(points.map(({ value }) => value))}\n${textTable(rows, width)}`
  );
}

function paintStep(ratio: number): string {
  const percent = `${Math.abs(100 * (ratio - 1)).toFixed(1)} %`;
  return ratio > 1 ? colors.red(`▲ step: ${percent} slower`) : colors.green(`▼ step: ${percent} faster`);
}

import { countPoints, jobs, promoteToReference, type RunData, redactor } from "@xattn/runner";
import colors from "picocolors";
import { exitCodes } from "../exit-codes.ts";
import { flagLines } from "../terminal/flags.ts";
import { terminalWidth, verdictTable } from "../terminal/verdict.ts";
import { shown } from "../workspace/paths.ts";
import { execute } from "./execute.ts";
import { openExperiment, type SweepOptions } from "./open-experiment.ts";
import { type LimitOptions, limitsOf, resultsOf, workersOf } from "./options.ts";
import { type PlacementOptions, placementOf, previewOf } from "./placement.ts";
import { makeReport } from "./report.ts";

interface RunOptions extends SweepOptions, LimitOptions, PlacementOptions {
  readonly dryRun?: boolean;
  readonly fresh?: boolean;
  readonly retryFailed?: boolean;
  readonly results?: string;
  readonly reference?: boolean;
  readonly report: boolean;
}

/** `exp run`: returns the exit code. */
export async function run(name: string, overrides: readonly string[], options: RunOptions): Promise<number> {
  const workers = workersOf(options);
  const limits = limitsOf(options);
  const redact = redactor(process.env);
  const placement = placementOf(options);
  const results = resultsOf(options);
  const { experiment, file } = await openExperiment(name, overrides, options);
  const points = countPoints(experiment);
  const cells = points * experiment.measures.length;
  process.stdout.write(
    `${colors.bold(redact(experiment.title))}\n${redact(experiment.question)}\n` +
      `profile ${experiment.profile}, seed ${experiment.seed}: ${points} points × ${experiment.measures.length} measures = ${cells} cells\n`,
  );
  if (options.dryRun) {
    process.stdout.write(previewOf(placement, experiment, jobs(experiment, new Set()), results));
    return exitCodes.success;
  }

  const finished = await execute(experiment, file, {
    results,
    workers,
    placement,
    command: commandLine(name, overrides, options),
    fresh: (options.fresh ?? false) || (options.reference ?? false),
    retryFailed: options.retryFailed ?? false,
    ...limits,
  });
  const folder = options.reference ? promoteToReference(results, experiment.name, finished.folder) : finished.folder;
  const { data } = finished;
  const report = options.report ? await makeReport(data, folder) : undefined;
  process.stdout.write(summary(data));
  process.stdout.write(report ? `report: ${shown(report)}\n` : `run: ${shown(folder)}\n`);
  return data.counts.failed + data.counts.timeout > 0 ? exitCodes.failedCells : exitCodes.success;
}

function summary(data: RunData): string {
  const { ok, failed, timeout, unsupported } = data.counts;
  const parts = [`${ok} ok`, `${failed} failed`, `${timeout} timeout`, `${unsupported} unsupported`];
  const troubles = data.troubles
    .filter(({ status }) => status !== "unsupported")
    .slice(0, 3)
    .map(
      ({ measure, status, parameters, message }) =>
        `  ${status}: ${measure} ${JSON.stringify(parameters)}: ${message}\n`,
    );
  const table = data.claims.length > 0 ? `\n${verdictTable(data.claims, terminalWidth())}\n\n` : "\n";
  const flags = flagLines(data).map((line) => `${colors.dim(line)}\n`);
  return `${table}cells: ${parts.join(", ")}\n${troubles.join("")}${flags.join("")}`;
}

/** The command as a person types it on a fresh machine. */
function commandLine(name: string, overrides: readonly string[], options: RunOptions): string {
  const words = ["npx -y pnpm@10.34.8 exp run", name, ...overrides.map(quote)];
  if (options.profile !== undefined) words.push(`--profile ${quote(options.profile)}`);
  if (options.seed !== undefined) words.push(`--seed ${options.seed}`);
  return words.join(" ");
}

function quote(word: string): string {
  return /^[\w./=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type Comparison,
  compareRuns,
  countPoints,
  findExperiment,
  findRun,
  InputError,
  planHash,
  type RunData,
  readManifest,
  readRun,
  referenceName,
  reproductionExitCodes,
  type StoredManifest,
  worstOf,
} from "@xattn/runner";
import colors from "picocolors";
import { textTable } from "../terminal/table.ts";
import { terminalWidth } from "../terminal/verdict.ts";
import { experimentsFolder, resultsFolder, shown } from "../workspace/paths.ts";
import { execute } from "./execute.ts";
import { resultsOf, workersOf } from "./options.ts";
import { experimentOf, specFileOf } from "./spec-of-run.ts";

interface ReproduceOptions {
  readonly results?: string;
  readonly against?: string;
  readonly workers?: string;
  readonly json?: boolean;
}

/** `exp reproduce`: returns the exit code of the worst verdict. */
export async function reproduce(given: string, options: ReproduceOptions): Promise<number> {
  const results = resultsOf(options);
  const folder = referenceFolder(results, given);
  const manifest = readManifest(folder);
  if (manifest.state !== "complete")
    throw new InputError(`${shown(folder)}: is not complete, so it cannot be a reference.`);
  const reference = await readRun(folder, manifest);
  const rerun = options.against
    ? await readRun(findRun(results, options.against))
    : await runAgain(folder, manifest, results, workersOf(options));
  const comparisons = compareRuns(reference, rerun);
  const verdict = worstOf(comparisons.map((comparison) => comparison.verdict));
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ reference: shown(folder), verdict, comparisons }, null, 2)}\n`);
  } else {
    process.stdout.write(
      `${environmentLine(reference, rerun)}\n\n${comparisonTable(comparisons)}\n\nreproduction: ${verdict}\n`,
    );
  }
  return reproductionExitCodes[verdict];
}

/** The reference of an experiment, or the run that was named. References are read from the workspace if not in `results`. */
function referenceFolder(results: string, given: string): string {
  for (const base of [results, resultsFolder]) {
    const reference = join(base, given, referenceName);
    if (existsSync(join(reference, "manifest.json"))) return reference;
  }
  return findRun(results, given);
}

/** The same plan by today's code: profile, overrides and seed are those of the reference. */
async function runAgain(folder: string, manifest: StoredManifest, results: string, workers: number): Promise<RunData> {
  const file = specFileOf(folder, manifest) ?? findExperiment(experimentsFolder, manifest.experiment);
  const experiment = await experimentOf(file, manifest);
  if (planHash(experiment) !== manifest.planHash) {
    process.stderr.write(
      `note: the spec has changed since the reference was run (${countPoints(experiment)} points now, ${manifest.points} then)\n`,
    );
  }
  const { data } = await execute(experiment, file, {
    results,
    workers,
    command: `npx -y pnpm@10.34.8 exp reproduce ${manifest.experiment}`,
  });
  return data;
}

function comparisonTable(comparisons: readonly Comparison[]): string {
  const paint = (verdict: string) =>
    verdict === "exact" || verdict === "within-tolerance" ? colors.green(verdict) : colors.yellow(verdict);
  return textTable(
    comparisons.map(({ part, name, verdict, evidence }) => [part, name, paint(verdict), evidence]),
    terminalWidth(),
  );
}

function environmentLine(reference: RunData, rerun: RunData): string {
  const before = reference.manifest.environment;
  const after = rerun.manifest.environment;
  if (before.fingerprint === after.fingerprint) return `environment: the same (${after.cpu}, Node ${after.node})`;
  return `environment differs: ${before.cpu}, ${before.cores} cores, Node ${before.node} then ${after.cpu}, ${after.cores} cores, Node ${after.node}`;
}

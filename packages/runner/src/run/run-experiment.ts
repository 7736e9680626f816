import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { InterruptedError } from "../errors/errors.ts";
import type { Executor, ExecutorEvents } from "../executor/executor.ts";
import { openLedger, repairTail, scanLedger } from "../ledger/ledger.ts";
import type { Outcome } from "../ledger/outcome.ts";
import type { Experiment } from "../normalize/normalize.ts";
import { canonicalJson, sha256 } from "../plan/canonical.ts";
import { countPoints, type Job, jobs, planHash } from "../plan/plan.ts";
import type { Environment, Manifest, RunData } from "../run-data.ts";
import { type Redact, redactDeep, redactor } from "../security/redact.ts";
import { checkSecrets, withoutSecretTexts } from "../security/secret-spec.ts";
import { recordSpec, type StoredManifest } from "../store/manifest.ts";
import { openRun, type RunFolder, writeManifest } from "../store/run-folder.ts";
import { finishRun } from "./finish.ts";

/** What a run needs to know of the world around it: nothing is looked up behind the caller's back. */
export interface RunContext {
  readonly results: string;
  readonly environment: Environment;
  readonly git: Manifest["git"];
  readonly lockfileHash: string | null;
  readonly sourceHash: string;
  /** The command that starts the run, as a person would type it. */
  readonly command: string;
  readonly executor: (events: ExecutorEvents) => Executor;
  /** Never go on with an earlier run. */
  readonly fresh?: boolean;
  /** Go on with the newest run of the plan, finished or not, and run cells that failed or timed out once more. */
  readonly retryFailed?: boolean;
  readonly signal?: AbortSignal;
  readonly progress?: RunProgress;
}

/** What a run tells while it works. */
export interface RunProgress {
  /** The folder is open; `done` cells of `total` have an outcome from before, `left` are still to run of each measure. */
  opened?(folder: RunFolder, done: number, total: number, left: Readonly<Record<string, number>>): void;
  started?(job: Job): void;
  ended?(outcomes: readonly Outcome[], done: number, total: number): void;
  notice?(text: string): void;
}

export interface RunResult {
  readonly folder: string;
  readonly data: RunData;
}

/**
 * Runs an experiment, or goes on with it: plans, executes what is missing, records every outcome as it comes,
 * then fits, judges and writes the table.
 *
 * @throws InputError before any work, with nothing written
 * @throws InterruptedError when the signal fires; the run can be resumed
 * @throws StoreError when the disk gives up in mid-run; the run can be resumed
 */
export async function runExperiment(experiment: Experiment, context: RunContext): Promise<RunResult> {
  const redact = redactor(process.env);
  checkSecrets(experiment, redact);
  const points = countPoints(experiment);
  const total = points * experiment.measures.length;
  const folder = openRun(context.results, newManifest(experiment, context, points, total), {
    fresh: context.fresh ?? false,
    finished: context.retryFailed ?? false,
  });
  try {
    const { known, perMeasure } = await recall(folder, context);
    const left = experiment.measures.map(({ name }) => [name, points - (perMeasure.get(name) ?? 0)]);
    context.progress?.opened?.(folder, known.size, total, Object.fromEntries(left));
    if (known.size < total) await execute(experiment, folder, known, total, context);
    const manifest: StoredManifest = {
      ...folder.manifest,
      state: "complete",
      endedAt: new Date().toISOString(),
      load: { ...folder.manifest.load, after: loadavg() },
    };
    const data = await finishRun(folder.path, manifest);
    return { folder: folder.path, data };
  } catch (error) {
    settle(folder);
    throw error;
  } finally {
    folder.lock.release();
  }
}

/** Marks a run that did not come to its end; what stopped it is about to be told, so a failure here is not. */
function settle(folder: RunFolder): void {
  try {
    writeManifest(folder.path, { ...folder.manifest, state: "interrupted" });
  } catch {
    // The manifest still says "running", and the lock is gone: the run can be resumed all the same.
  }
}

/** The cells that the ledger has. A damaged last line is set aside and its cell runs again. */
async function recall(
  folder: RunFolder,
  context: RunContext,
): Promise<{ known: Set<string>; perMeasure: ReadonlyMap<string, number> }> {
  const measureOf = new Map<string, string>();
  const scan = await scanLedger(folder.ledger, (outcome) => {
    const again = context.retryFailed && (outcome.status === "failed" || outcome.status === "timeout");
    if (again) measureOf.delete(outcome.cell);
    else measureOf.set(outcome.cell, outcome.measure);
  });
  if (scan.damagedBytes > 0) {
    await repairTail(folder.ledger, scan);
    context.progress?.notice?.(
      `${folder.ledger}: the last line was damaged (${scan.damagedBytes} bytes, kept in ${folder.ledger}.damaged); its cell runs again`,
    );
  }
  const perMeasure = new Map<string, number>();
  for (const measure of measureOf.values()) perMeasure.set(measure, (perMeasure.get(measure) ?? 0) + 1);
  return { known: new Set(measureOf.keys()), perMeasure };
}

async function execute(
  experiment: Experiment,
  folder: RunFolder,
  known: Set<string>,
  total: number,
  context: RunContext,
): Promise<void> {
  const { progress, signal } = context;
  if (signal?.aborted) throw new InterruptedError("interrupted before the first cell");
  const ledger = openLedger(folder.ledger);
  const executor = context.executor({
    onStart: (job) => progress?.started?.(job),
    onNotice: (text) => progress?.notice?.(text),
  });
  const cancel = () => executor.cancel();
  signal?.addEventListener("abort", cancel);
  const before: ReadonlySet<string> = new Set(known);
  const redact = redactor(process.env);
  try {
    for await (const outcomes of executor.execute(jobs(experiment, before), before)) {
      const fresh = outcomes.filter(({ cell }) => !known.has(cell)).map((outcome) => withoutSecrets(outcome, redact));
      if (fresh.length === 0) continue;
      ledger.append(fresh);
      for (const { cell } of fresh) known.add(cell);
      progress?.ended?.(fresh, known.size, total);
    }
    if (signal?.aborted) throw new InterruptedError(`interrupted after ${known.size} of ${total} cells`);
  } finally {
    signal?.removeEventListener("abort", cancel);
    await executor.close();
    ledger.close();
  }
}

/** Messages and texts of a cell come from code that may have seen a password. */
function withoutSecrets(outcome: Outcome, redact: Redact): Outcome {
  const { error, values, lastWords } = outcome;
  return {
    ...outcome,
    ...(error ? { error: redactDeep(error, redact) } : {}),
    ...(values ? { values: redactDeep(values, redact) } : {}),
    ...(lastWords ? { lastWords: redactDeep(lastWords, redact) } : {}),
  };
}

function newManifest(experiment: Experiment, context: RunContext, points: number, cells: number): StoredManifest {
  const now = new Date();
  const redact = redactor(process.env);
  const spec = withoutSecretTexts(recordSpec(experiment), redact);
  return {
    schema: 1,
    experiment: experiment.name,
    run: runName(now, context.results, experiment.name),
    profile: experiment.profile,
    overrides: experiment.overrides,
    seed: experiment.seed,
    planHash: planHash(experiment),
    specHash: sha256(canonicalJson(spec)),
    sourceHash: context.sourceHash,
    points,
    cells,
    state: "running",
    startedAt: now.toISOString(),
    starts: 1,
    command: redact(context.command),
    git: context.git,
    lockfileHash: context.lockfileHash,
    environment: redactDeep(context.environment, redact),
    load: { before: loadavg() },
    spec,
  };
}

/** Sorts by time, works on every file system, and is new even when two runs start in the same second. */
function runName(now: Date, results: string, experiment: string): string {
  const stamp = now
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "-");
  for (;;) {
    const name = `${stamp}-${randomBytes(3).toString("hex")}`;
    if (!existsSync(join(results, experiment, name))) return name;
  }
}

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { cpuEngine } from "@xattn/cpu";
import {
  describe,
  type Experiment,
  InterruptedError,
  localExecutor,
  type RunResult,
  readEnvironment,
  readGit,
  runExperiment,
  sourceHash,
} from "@xattn/runner";
import { estimator } from "../terminal/estimate.ts";
import { type ProgressView, progressView } from "../terminal/progress.ts";
import { stopSignal } from "../terminal/stop-signal.ts";
import { root, shown, workerFlags } from "../workspace/paths.ts";
import { setUp } from "./set-up.ts";

export interface ExecuteOptions {
  readonly results: string;
  readonly workers: number;
  readonly command: string;
  readonly fresh?: boolean;
  readonly retryFailed?: boolean;
}

/** Packages whose code moves the numbers of a cell. */
const measuredPackages = ["masking", "stats", "core", "cpu", "fusion", "grounding", "measures", "peers", "runner"];

/** Runs an experiment on this machine and shows how far it is. */
export async function execute(experiment: Experiment, file: string, options: ExecuteOptions): Promise<RunResult> {
  const lockfile = join(root, "pnpm-lock.yaml");
  let view: ProgressView | undefined;
  const note = (text: string) => {
    if (view) view.note(text);
    else process.stderr.write(`${text}\n`);
  };
  await setUp(experiment, note);
  const stop = stopSignal(note);
  let estimate = estimator({});
  let current = "";
  try {
    return await runExperiment(experiment, {
      results: options.results,
      environment: readEnvironment({ backends: `reference, plain, cpu (${cpuEngine()} kernels)` }),
      git: readGit(root),
      lockfileHash: existsSync(lockfile) ? createHash("sha256").update(readFileSync(lockfile)).digest("hex") : null,
      sourceHash: sourceHash(root, [...measuredPackages.map((name) => join(root, "packages", name, "src")), file]),
      command: options.command,
      executor: (events) =>
        localExecutor({
          ...events,
          spec: pathToFileURL(file).href,
          sampling: experiment.sampling,
          deadlineSeconds: experiment.deadlineSeconds,
          workers: options.workers,
          execArgv: workerFlags,
        }),
      fresh: options.fresh ?? false,
      retryFailed: options.retryFailed ?? false,
      signal: stop.signal,
      progress: {
        opened(folder, done, total, left) {
          estimate = estimator(firstGuess(experiment, left));
          note(`${folder.resumed ? `going on with ${done} of ${total} cells done` : "started"}: ${shown(folder.path)}`);
          view = progressView(total, done, process.stderr);
        },
        started(job) {
          estimate.started(job.measure, performance.now() / 1000);
          current = `${job.measure} ${describe(job.cells[0]!.parameters)}`;
        },
        ended(outcomes, done) {
          const now = performance.now() / 1000;
          for (const { measure } of outcomes) estimate.ended(measure, 1, now);
          view?.update(done, current, estimate.remaining(now));
        },
        notice: note,
      },
    });
  } catch (error) {
    if (error instanceof InterruptedError) process.exitCode = stop.exitCode();
    throw error;
  } finally {
    view?.stop();
    stop.release();
  }
}

/** Timed cells use about their budget and some warm-up; others are usually quick. */
function firstGuess(experiment: Experiment, left: Readonly<Record<string, number>>) {
  return Object.fromEntries(
    experiment.measures.map(({ name, kind }) => [
      name,
      { cells: left[name] ?? 0, guess: kind === "timed" ? 1.3 * experiment.sampling.budgetSeconds : 0.02 },
    ]),
  );
}

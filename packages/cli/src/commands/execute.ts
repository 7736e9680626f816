import {
  describe,
  type Experiment,
  InterruptedError,
  type RunResult,
  readGit,
  redactor,
  runExperiment,
} from "@xattn/runner";
import { estimator } from "../terminal/estimate.ts";
import { type ProgressView, progressView } from "../terminal/progress.ts";
import { stopSignal } from "../terminal/stop-signal.ts";
import { environmentHere, lockfileHash, measuredHash } from "../workspace/facts.ts";
import { root, shown } from "../workspace/paths.ts";
import { local, type Placement, placedExecutor } from "./placement.ts";
import { setUp } from "./set-up.ts";

export interface ExecuteOptions {
  readonly results: string;
  readonly workers: number;
  readonly command: string;
  /** Where cells run; on this machine when absent. */
  readonly placement?: Placement;
  readonly fresh?: boolean;
  readonly retryFailed?: boolean;
  /** Bytes of memory that a worker process may have. */
  readonly memoryLimitBytes?: number;
  /** How often a cell runs once more after its process died. */
  readonly retries?: number;
}

/** Runs an experiment and shows how far it is. */
export async function execute(experiment: Experiment, file: string, options: ExecuteOptions): Promise<RunResult> {
  const { memoryLimitBytes, retries } = options;
  const limits = {
    ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
    ...(retries === undefined ? {} : { retries }),
  };
  let view: ProgressView | undefined;
  const redact = redactor(process.env);
  const note = (said: string) => {
    const text = redact(said);
    if (view) view.note(text);
    else process.stderr.write(`${text}\n`);
  };
  const { adapter } = await setUp(experiment, note);
  const stop = stopSignal(note);
  let estimate = estimator({});
  let current = "";
  const environment = environmentHere(adapter);
  const source = measuredHash(file);
  const opened = { folder: "", run: "" };
  try {
    return await runExperiment(experiment, {
      results: options.results,
      environment,
      git: readGit(root),
      lockfileHash: lockfileHash(),
      sourceHash: source,
      command: options.command,
      executor: (events) =>
        placedExecutor(options.placement ?? local, {
          ...limits,
          events,
          experiment,
          file,
          folder: opened.folder,
          run: opened.run,
          sourceHash: source,
          fingerprint: environment.fingerprint,
          workers: options.workers,
        }),
      fresh: options.fresh ?? false,
      retryFailed: options.retryFailed ?? false,
      signal: stop.signal,
      progress: {
        opened(folder, done, total, left) {
          opened.folder = folder.path;
          opened.run = folder.manifest.run;
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

import { isAbsolute, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type LocalRun, mismatches, type RunDescription } from "@xattn/distributed";
import { InputError, loadExperiment, localExecutor, normalize, planHash } from "@xattn/runner";
import { environmentHere, lockfileHash, measuredHash, nodeMajor } from "../workspace/facts.ts";
import { root, shown, workerFlags } from "../workspace/paths.ts";
import { setUp } from "./set-up.ts";

export interface InspectOptions {
  /** Cells that share the machine, at once. */
  readonly concurrency: number;
  readonly memoryLimitBytes?: number;
  readonly retries?: number;
  readonly note: (text: string) => void;
}

/**
 * What this checkout has of a run that another machine announced. Its code is loaded only when it is the same as
 * there, file for file.
 *
 * @throws InputError when the run cannot be had here; the message is the refusal
 */
export async function inspectRun(run: RunDescription, options: InspectOptions): Promise<LocalRun> {
  const file = resolve(root, run.file);
  const path = relative(root, file);
  if (path.startsWith("..") || isAbsolute(path) || !path.endsWith(".ts")) {
    throw new InputError(`the experiment's file ${run.file} is not one of the repository`);
  }
  const facts = {
    schema: 1 as const,
    nodeMajor: nodeMajor(),
    lockfileHash: lockfileHash(),
    sourceHash: measuredHash(file),
    planHash: run.facts.planHash,
  };
  const problems = mismatches(run.facts, facts);
  if (problems.length > 0) throw new InputError(problems.join("; "));
  const spec = await loadExperiment(file, shown(file));
  const experiment = normalize(spec, {
    file: shown(file),
    seed: run.seed,
    overrides: run.overrides,
    ...(spec.profiles ? { profile: run.profile } : {}),
  });
  const { adapter } = await setUp(experiment, options.note);
  const { concurrency, memoryLimitBytes, retries } = options;
  return {
    facts: { ...facts, planHash: planHash(experiment) },
    fingerprint: environmentHere(adapter).fingerprint,
    open: (events) =>
      localExecutor({
        ...events,
        spec: pathToFileURL(file).href,
        sampling: experiment.sampling,
        deadlineSeconds: experiment.deadlineSeconds,
        workers: concurrency,
        ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
        ...(retries === undefined ? {} : { retries }),
        execArgv: workerFlags,
      }),
  };
}

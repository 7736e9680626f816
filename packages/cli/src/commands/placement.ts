import { isAbsolute, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bullmqExecutor, previewSlurm, type RunDescription, slurmExecutor } from "@xattn/distributed";
import {
  type Executor,
  type ExecutorEvents,
  type Experiment,
  InputError,
  type Job,
  localExecutor,
  planHash,
} from "@xattn/runner";
import { lockfileHash, nodeMajor } from "../workspace/facts.ts";
import { root, shown, workerFlags } from "../workspace/paths.ts";
import { wholeNumber } from "./options.ts";

/** Where the cells of a run are computed. */
export type Placement =
  | { readonly kind: "local" }
  | { readonly kind: "bullmq"; readonly redis: string }
  | { readonly kind: "slurm"; readonly cores: number };

export const local: Placement = { kind: "local" };

export interface PlacementOptions {
  readonly executor?: string;
  readonly redis?: string;
  readonly workers?: string;
}

/** The address of Redis, from the option or from the environment, where no list of processes shows its password. */
export function redisOf(options: { readonly redis?: string }): string {
  const url = options.redis ?? process.env.XATTN_REDIS_URL ?? "";
  if (url !== "") return url;
  throw new InputError(
    "--redis: give the address of Redis, redis://host:port, with :password@ before the host where it has one, here or in XATTN_REDIS_URL.",
  );
}

/** @throws InputError naming the option */
export function placementOf(options: PlacementOptions): Placement {
  const { executor = "local", redis, workers } = options;
  if (executor === "bullmq") return { kind: "bullmq", redis: redisOf(options) };
  if (redis !== undefined)
    throw new InputError(`--redis: the executor ${executor} has no use for it; add --executor bullmq.`);
  return executor === "slurm" ? { kind: "slurm", cores: wholeNumber("workers", workers, 1) ?? 1 } : local;
}

interface PlacedRun {
  readonly events: ExecutorEvents;
  readonly experiment: Experiment;
  readonly file: string;
  /** The run's folder and name. */
  readonly folder: string;
  readonly run: string;
  readonly sourceHash: string;
  readonly fingerprint: string;
  readonly workers: number;
  readonly memoryLimitBytes?: number;
  readonly retries?: number;
}

export function placedExecutor(placement: Placement, placed: PlacedRun): Executor {
  const { events, experiment, file, folder, memoryLimitBytes, retries } = placed;
  if (placement.kind === "bullmq") {
    return bullmqExecutor({ ...events, redis: placement.redis, run: describeRun(placed) });
  }
  if (placement.kind === "slurm") {
    const { cores } = placement;
    return slurmExecutor({ ...events, ...taskCommand, run: describeRun(placed), folder: join(folder, "slurm"), cores });
  }
  return localExecutor({
    ...events,
    spec: pathToFileURL(file).href,
    sampling: experiment.sampling,
    deadlineSeconds: experiment.deadlineSeconds,
    workers: placed.workers,
    ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
    ...(retries === undefined ? {} : { retries }),
    execArgv: workerFlags,
  });
}

/** How a node of Slurm runs a chunk file. */
const taskCommand = {
  command: [
    process.execPath,
    ...workerFlags,
    fileURLToPath(new URL("../main.ts", import.meta.url)),
    "worker",
    "--chunk",
  ],
  cwd: root,
};

function describeRun({ experiment, file, run, sourceHash, fingerprint }: PlacedRun): RunDescription {
  const path = relative(root, file);
  if (path.startsWith("..") || isAbsolute(path)) {
    throw new InputError(
      `${shown(file)}: other machines find an experiment in their copy of the repository only; move it to experiments/.`,
    );
  }
  return {
    id: `${experiment.name}.${run}`,
    experiment: experiment.name,
    file: path,
    profile: experiment.profile,
    overrides: Object.fromEntries(Object.entries(experiment.overrides).map(([axis, values]) => [axis, [...values]])),
    seed: experiment.seed,
    facts: {
      schema: 1,
      nodeMajor: nodeMajor(),
      lockfileHash: lockfileHash(),
      sourceHash,
      planHash: planHash(experiment),
    },
    fingerprint,
    sampling: experiment.sampling,
    deadlineSeconds: experiment.deadlineSeconds,
  };
}

/** What `--dry-run` adds for a placement; nothing for this machine. */
export function previewOf(placement: Placement, experiment: Experiment, jobs: Iterable<Job>, results: string): string {
  if (placement.kind !== "slurm") return "";
  const folder = join(results, experiment.name, "RUN", "slurm");
  const { cores } = placement;
  const preview = previewSlurm(jobs, { ...taskCommand, experiment: experiment.name, folder, cores });
  const { arrays, tasks, cells, scripts } = preview;
  const many = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;
  return `Slurm: ${cells} cells, ${many(tasks, "task")}, ${many(arrays, "array")}, at most two in the queue at once\n\n${scripts.join("\n")}`;
}

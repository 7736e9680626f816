export { type BullmqOptions, bullmqExecutor } from "./bullmq/executor.ts";
export { runWorker, type WorkerOptions } from "./bullmq/worker.ts";
export {
  HostTakenError,
  NoWorkerError,
  RedisAuthenticationError,
  RedisUnavailableError,
  SlurmError,
  StalledError,
} from "./errors/errors.ts";
export { mismatches, type RunDescription, type RunFacts } from "./run/description.ts";
export type { LocalRun } from "./run/local-run.ts";
export { type SlurmOptions, type SlurmSettings, slurmExecutor } from "./slurm/executor.ts";
export { type PreviewOptions, previewSlurm, type SlurmPreview } from "./slurm/preview.ts";
export { runSlurmTask, type SlurmTaskOptions } from "./slurm/task.ts";

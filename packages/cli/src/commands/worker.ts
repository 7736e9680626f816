import { availableParallelism, hostname } from "node:os";
import { resolve } from "node:path";
import { type RunDescription, runSlurmTask, runWorker } from "@xattn/distributed";
import { exitCodes } from "../exit-codes.ts";
import { inspectRun } from "./inspect-run.ts";
import { type LimitOptions, limitsOf, wholeNumber } from "./options.ts";
import { redisOf } from "./placement.ts";

interface WorkerOptions extends LimitOptions {
  readonly redis?: string;
  readonly concurrency?: string;
  readonly once?: boolean;
  readonly chunk?: string;
}

/** `exp worker`: returns the exit code. */
export async function worker(options: WorkerOptions): Promise<number> {
  const asked = wholeNumber("concurrency", options.concurrency, 1);
  const limits = limitsOf(options);
  const note = (text: string) => void process.stderr.write(`${text}\n`);
  const host = hostname();
  const inspect = (concurrency: number) => (run: RunDescription) => inspectRun(run, { ...limits, concurrency, note });
  if (options.chunk !== undefined) {
    // Slurm tells how many cores a task was given.
    const cores = Number(process.env.SLURM_CPUS_PER_TASK ?? process.env.SLURM_CPUS_ON_NODE ?? 1);
    const events = { onNotice: note };
    await runSlurmTask({ chunk: resolve(options.chunk), host, inspect: inspect(asked ?? cores), events });
    return exitCodes.success;
  }

  const redis = redisOf(options);
  const concurrency = asked ?? availableParallelism();
  const [soon, atOnce] = [new AbortController(), new AbortController()];
  const stop = () => {
    if (atOnce.signal.aborted) process.exit(exitCodes.interrupted);
    note(
      soon.signal.aborted
        ? "giving back all cells; press Ctrl-C again to leave at once"
        : "finishing cells that have begun; press Ctrl-C again to give them back",
    );
    (soon.signal.aborted ? atOnce : soon).abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    await runWorker({
      redis,
      host,
      concurrency,
      inspect: inspect(concurrency),
      once: options.once ?? false,
      signal: soon.signal,
      hurry: atOnce.signal,
      onNotice: note,
    });
    return soon.signal.aborted ? exitCodes.interrupted : exitCodes.success;
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
}

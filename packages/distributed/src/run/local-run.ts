import type { Executor, ExecutorEvents } from "@xattn/runner";
import type { RunFacts } from "./description.ts";

/** What this machine has of a run that was planned elsewhere. */
export interface LocalRun {
  readonly facts: RunFacts;
  /** Of the environment here, with what the run's cells compute on. */
  readonly fingerprint: string;
  /** An executor on this machine that knows the run's measures. */
  open(events: ExecutorEvents): Executor;
}

/**
 * How a worker process died under a job: by itself, past its deadline, past its deadline while something had stopped
 * it (which says nothing about its cells), or over its memory limit.
 */
export type Death = "crash" | "overdue" | "stopped" | "oversized";

/** A try at a job. */
export interface Attempt {
  /** Whether one cell had the process to itself: else nobody knows which one is to blame. */
  readonly alone: boolean;
  /** Whether the process had done nothing before: else what it left behind may be to blame. */
  readonly fresh: boolean;
  /** Which try at this cell alone, from 1. */
  readonly number: number;
}

/**
 * What follows from a death: the cells run again one by one (`isolate`), the cell runs again in a new process
 * (`again`), or the death is the outcome of the cell (`blame`). A cell that passes its deadline or its memory limit
 * would do so again; a crash may come from outside, so it gets `retries` more tries.
 */
export function consequence(death: Death, attempt: Attempt, retries: number): "isolate" | "again" | "blame" {
  if (!attempt.alone) return "isolate";
  if (death === "overdue" || attempt.number > retries) return "blame";
  return death === "oversized" && attempt.fresh ? "blame" : "again";
}

import type { Lane } from "../run/chunk.ts";

/** The set of runs that workers look through. */
export const runsKey = "xattn:runs";

/** What a run has in Redis. All of it lies in one slot of a cluster, and is gone when the run is complete. */
export interface RunKeys {
  /** Prefix of the queues of BullMQ. */
  readonly prefix: string;
  readonly announcement: string;
  readonly results: string;
  readonly workers: string;
  readonly refusals: string;
  /** Cells of a chunk that have an outcome in the results. */
  done(chunk: string): string;
  /** What BullMQ keeps of a queue. */
  meta(lane: Lane): string;
  /** What BullMQ keeps of a chunk. */
  job(lane: Lane, chunk: string): string;
}

export function runKeys(id: string): RunKeys {
  const prefix = `{xattn:${id}}`;
  return {
    prefix,
    announcement: `${prefix}:announcement`,
    results: `${prefix}:results`,
    workers: `${prefix}:workers`,
    refusals: `${prefix}:refusals`,
    done: (chunk) => `${prefix}:done:${chunk}`,
    meta: (lane) => `${prefix}:${lane}:meta`,
    job: (lane, chunk) => `${prefix}:${lane}:${chunk}`,
  };
}

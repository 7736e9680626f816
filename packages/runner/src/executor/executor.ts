import type { Outcome } from "../ledger/outcome.ts";
import type { Job } from "../plan/plan.ts";

/** Something that gets jobs done, here or elsewhere. Cells may be done more than once: the ledger keeps one outcome each. */
export interface Executor {
  /**
   * Takes jobs as it can start them, and yields outcomes as cells end, in any order. Every cell of every job
   * ends up in exactly one outcome, unless `cancel` is called.
   *
   * @param known hashes of cells that the ledger has, for executors that find results of an earlier start
   */
  execute(jobs: Iterable<Job>, known: ReadonlySet<string>): AsyncIterable<readonly Outcome[]>;
  /** Stops at once: cells that are under way are given up, and `execute` ends. */
  cancel(): void;
  close(): Promise<void>;
}

/** What an executor tells while it works. */
export interface ExecutorEvents {
  /** A job has started. */
  readonly onStart?: (job: Job) => void;
  /** Something a person should know: a worker died, a cell is tried again. */
  readonly onNotice?: (text: string) => void;
}

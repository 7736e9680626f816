import type { Outcome } from "../ledger/outcome.ts";
import type { Job } from "../plan/plan.ts";
import type { Sampling } from "../spec/experiment.ts";

/** From the runner to a worker process. */
export interface JobMessage {
  readonly kind: "job";
  readonly job: Job;
  readonly sampling: Sampling;
}

/** From a worker process to the runner. */
export type WorkerMessage =
  | { readonly kind: "ready" }
  /** The spec cannot be loaded: no worker will do better. */
  | { readonly kind: "broken"; readonly message: string }
  /** A cell is getting on; the deadline starts anew. */
  | { readonly kind: "alive" }
  | { readonly kind: "outcomes"; readonly outcomes: readonly Outcome[] }
  | { readonly kind: "done" };

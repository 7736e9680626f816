import { type Executor, type ExecutorEvents, type Job, messageOf, type Outcome } from "@xattn/runner";
import { type Job as QueuedJob, WaitingError, Worker } from "bullmq";
import { GivenBackError, JobPool } from "../pool/pool.ts";
import type { Connection } from "../redis/connect.ts";
import { type Lane, parseJob } from "../run/chunk.ts";
import type { RunDescription } from "../run/description.ts";
import { sayAlive, sayGone, workerSaysMs } from "./hosts.ts";
import { runKeys } from "./keys.ts";
import { doneCells, pushResults } from "./results.ts";

export interface ServeOptions {
  readonly connection: Connection;
  readonly run: RunDescription;
  /** Names this process among all workers. */
  readonly worker: string;
  readonly host: { readonly name: string; readonly fingerprint: string };
  readonly lanes: readonly Lane[];
  readonly concurrency: number;
  /** Opens an executor on this machine that knows the run's measures. */
  readonly open: (events: ExecutorEvents) => Executor;
  readonly onNotice: (text: string) => void;
}

/** A run that a worker takes chunks of. */
export interface Serving {
  /** Rejects when this machine cannot run the cells of the run at all. */
  readonly failed: Promise<never>;
  /** Chunks that are here. */
  busy(): number;
  /** Finishes what has started, gives the rest back. */
  retire(): Promise<void>;
  /** Gives all back at once. */
  leave(): Promise<void>;
}

/** Chunks fetched for every cell that is computed: one at work and one that waits, so that others get their share. */
const fetched = 2;
/** Chunks of quick cells would be done before the next ones came over the network. */
const fetchedIfQuick = 8;
const quickSeconds = 0.1;
const leastLockMs = 5000;
const goodbyeMs = 5000;
const retryMs = 500;
const leftoverSeconds = 7 * 24 * 3600;
/** A chunk whose workers died so often is taken apart by the producer. */
const mostStalls = 2;

function later(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}

/** Takes chunks of a run from its queues, runs them on this machine and hands outcomes over as cells end. */
export function serve(options: ServeOptions): Serving {
  const { connection, run, lanes, concurrency, onNotice } = options;
  const keys = runKeys(run.id);
  const pool = new JobPool(options.open, onNotice);
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  // Longer than a cell may be silent, and renewed while cells compute in their own processes.
  const lockDuration = Math.max(leastLockMs, run.deadlineSeconds * 1000 + 5000);
  const said = new Set<string>();
  const workers = lanes.map((lane) => {
    const worker: Worker = new Worker(lane, (queued, token) => take(worker, queued, token), {
      connection: connection.redis,
      prefix: keys.prefix,
      concurrency: lane === "alone" ? fetched : fetched * concurrency,
      lockDuration,
      stalledInterval: Math.min(lockDuration / 2, 15_000),
      maxStalledCount: mostStalls,
      drainDelay: 1,
      runRetryDelay: retryMs,
      removeOnComplete: { count: 0 },
      name: options.host.name,
    });
    worker.on("error", (error) => {
      const text = connection.address.redact(messageOf(error));
      if (!said.has(text)) onNotice(`${connection.address.shown}: ${text}`);
      said.add(text);
    });
    return worker;
  });

  async function take(worker: Worker, queued: QueuedJob, token: string | undefined): Promise<void> {
    try {
      const job = parseJob(queued.data);
      const seconds = await runChunk(queued.id!, job);
      if (!job.exclusive) worker.concurrency = (seconds < quickSeconds ? fetchedIfQuick : fetched) * concurrency;
    } catch (error) {
      if (!(error instanceof GivenBackError)) fail(error);
      await connection.guard(queued.moveToWait(token));
      throw new WaitingError();
    }
  }

  /** @returns seconds that its cells took */
  async function runChunk(id: string, job: Job): Promise<number> {
    const done = await connection.guard(doneCells(connection, run.id, id));
    const left = job.cells.filter(({ hash }) => !done.has(hash));
    if (left.length === 0) return 0;
    // A block is measured as a whole, or its ratios would be of two moments or two hosts.
    const todo = job.exclusive ? job : { ...job, cells: left };
    let seconds = 0;
    let pushed: Promise<unknown> = Promise.resolve();
    const take = (outcomes: readonly Outcome[]) => {
      for (const outcome of outcomes) seconds += outcome.seconds;
      const named = outcomes.map((outcome) => ({ ...outcome, host: options.host }));
      pushed = Promise.all([pushed, connection.guard(pushResults(connection, run.id, id, named))]);
      // It is waited for when the chunk is finished; until then nobody looks.
      pushed.catch(() => {});
    };
    try {
      await pool.run(todo, take);
    } finally {
      await pushed;
    }
    return seconds;
  }

  const say = () =>
    sayAlive(connection, run.id, options.worker, { host: options.host.name, lanes, busy: pool.busy, concurrency });
  let saying = false;
  const timer = setInterval(beat, workerSaysMs);
  beat();
  function beat(): void {
    if (saying) return;
    saying = true;
    say()
      .catch(() => {})
      .finally(() => {
        saying = false;
      });
  }

  async function end(stop: () => Promise<void>): Promise<void> {
    clearInterval(timer);
    // Nothing new is fetched from here on; jobs given back wait for other workers.
    await Promise.all(workers.map((worker) => worker.pause(true)));
    await stop();
    // Without Redis, BullMQ would wait for it, and keep the process alive.
    const away = connection.redis.status !== "ready";
    await Promise.all(workers.map((worker) => worker.close(away)));
    if (!away) await Promise.race([goodbye(), later(goodbyeMs)]);
  }

  async function goodbye(): Promise<void> {
    await sayGone(connection, run.id, options.worker);
    // Where the producer was quicker, its clean-up is followed by what BullMQ notes of a queue when it is looked at.
    await Promise.all(lanes.map((lane) => connection.redis.expire(keys.meta(lane), leftoverSeconds)));
  }
  let ending: Promise<void> | undefined;
  return {
    failed,
    busy: () => pool.busy,
    retire() {
      ending ??= end(() => pool.retire());
      return ending;
    },
    leave() {
      if (ending) void pool.close();
      ending ??= end(() => pool.close());
      return ending;
    },
  };
}

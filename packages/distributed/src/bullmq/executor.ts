import type { Executor, ExecutorEvents, Job, Outcome } from "@xattn/runner";
import { type Connection, connect } from "../redis/connect.ts";
import { chunkId, chunksOf, oneByOne } from "../run/chunk.ts";
import type { RunDescription } from "../run/description.ts";
import { type Announced, announce } from "./announcement.ts";
import { readHosts, type WorkerSign } from "./hosts.ts";
import { runKeys } from "./keys.ts";
import { Outstanding } from "./outstanding.ts";
import { RunQueues } from "./queues.ts";
import { acknowledge, forgetDone, type ResultEntry, readResults } from "./results.ts";
import { Watch } from "./watch.ts";

export interface BullmqOptions extends ExecutorEvents {
  /** Address of Redis, `redis://[:password@]host[:port]` or `rediss://` for TLS. */
  readonly redis: string;
  readonly run: RunDescription;
  /** Cells that share a machine, in one job of the queue; 16 when absent. Blocks of timed arms stay whole. */
  readonly cellsPerChunk?: number;
  /** Seconds to wait for a worker that can take what is left; 60 when absent. */
  readonly waitSeconds?: number;
  /** Seconds that Redis may be away; 60 when absent. */
  readonly outageSeconds?: number;
}

const readMs = 500;
const watchMs = 1000;
/** A chunk that was just added may not be there yet, or be gone with its outcomes on the way. */
const leastChunks = 64;
/** Chunks handed out for every cell that workers can compute at once. */
const chunksPerSlot = 3;
const mostChunks = 4096;
const cleanUpMs = 5000;
/** What a run that was cut off leaves in Redis is kept for it so long. */
const leftoverSeconds = 7 * 24 * 3600;

/**
 * Runs cells on any number of machines: chunks of them wait in two queues of BullMQ for `exp worker`s, one for cells
 * that need a machine to themselves, one for the rest; outcomes come back by a stream from which they are removed
 * once the ledger has them. A producer that was killed goes on where it stopped; workers and Redis may die at any
 * time. Only a bounded number of cells is in Redis or here at once.
 *
 * @throws RedisUnavailableError, RedisAuthenticationError out of `execute`, as NoWorkerError and StalledError when
 * nothing gets on
 */
export function bullmqExecutor(options: BullmqOptions): Executor {
  let cancel: () => void = () => {};
  const cancelled = new Promise<"cancelled">((resolve) => {
    cancel = () => resolve("cancelled");
  });
  let connection: Connection | undefined;
  return {
    execute: (jobs, known) => produce(jobs, known),
    cancel: () => cancel(),
    async close() {
      connection?.close();
    },
  };

  async function* produce(jobs: Iterable<Job>, known: ReadonlySet<string>): AsyncGenerator<readonly Outcome[]> {
    const opened = connect(options.redis, {
      outageSeconds: options.outageSeconds ?? 60,
      ...(options.onNotice ? { onNotice: options.onNotice } : {}),
    });
    const first = await Promise.race([opened, cancelled]);
    if (first === "cancelled") {
      opened.then((late) => late.close()).catch(() => {});
      return;
    }
    connection = first;
    const producer = new Producer(options, connection);
    const steps = producer.run(jobs, known);
    let finished = false;
    try {
      for (;;) {
        const step = await Promise.race([steps.next(), cancelled]);
        if (step === "cancelled") return;
        if (step.done) {
          finished = true;
          return;
        }
        yield step.value;
      }
    } finally {
      await producer.leave(finished);
    }
  }
}

class Producer {
  readonly #options: BullmqOptions;
  readonly #connection: Connection;
  readonly #run: string;
  readonly #queues: RunQueues;
  readonly #outstanding = new Outstanding();
  readonly #watch: Watch;
  #announced: Announced | undefined;
  #workers: readonly WorkerSign[] = [];
  #watched = 0;

  constructor(options: BullmqOptions, connection: Connection) {
    const { run } = options;
    this.#options = options;
    this.#connection = connection;
    this.#run = run.id;
    this.#queues = new RunQueues(connection, run.id, (text) => this.#notice(text));
    const waitSeconds = options.waitSeconds ?? 60;
    this.#watch = new Watch({
      waitSeconds,
      // Chunks of a worker that died are free when its locks have run out and somebody has looked.
      stallSeconds: Math.max(waitSeconds, 2 * run.deadlineSeconds + 60),
      howToStart: `exp worker --redis ${connection.address.shown}`,
      now: () => performance.now(),
    });
  }

  async *run(jobs: Iterable<Job>, known: ReadonlySet<string>): AsyncGenerator<readonly Outcome[]> {
    await this.#checkRedis();
    const recovered = new Set<string>();
    yield* this.#recover(known, recovered);
    this.#announced = await announce(this.#connection, this.#options.run);
    // What workers have of the earlier start is not planned, also once it is done.
    for (const hash of this.#outstanding.open()) recovered.add(hash);
    const plan = this.#plan(jobs, recovered);
    for (;;) {
      await this.#fill(plan);
      if (this.#outstanding.size === 0) return;
      const entries = await readResults(this.#connection, this.#run, readMs);
      yield* this.#take(entries);
      if (performance.now() - this.#watched > watchMs) yield* this.#lookAround();
    }
  }

  /** Ends what workers and later starts see of this process; never takes long, since Redis may be away. */
  async leave(finished: boolean): Promise<void> {
    this.#announced?.stop();
    const { redis } = this.#connection;
    const keys = runKeys(this.#run);
    const cleanUp = async () => {
      await this.#announced?.withdraw();
      if (finished) {
        await this.#queues.remove();
        await redis.del(keys.results, keys.workers, keys.refusals);
      } else {
        await this.#queues.drain();
        await redis.expire(keys.results, leftoverSeconds);
      }
      await this.#queues.close();
    };
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, cleanUpMs);
    });
    await Promise.race([this.#connection.guard(cleanUp()).catch(() => {}), limit]);
    clearTimeout(timer);
  }

  #notice(text: string): void {
    this.#options.onNotice?.(this.#connection.address.redact(text));
  }

  /** Says what of Redis's settings puts a run at risk. */
  async #checkRedis(): Promise<void> {
    const { redis, guard, address } = this.#connection;
    const info = await guard(redis.info("persistence"));
    if (/aof_enabled:0/.test(info)) {
      this.#notice(
        `${address.shown}: no append-only file, so a restart of Redis loses what is under way, which then runs again; start it with --appendonly yes`,
      );
    }
  }

  /** What an earlier start of the same run left behind: outcomes that the ledger has not, and chunks in workers' hands. */
  async *#recover(known: ReadonlySet<string>, recovered: Set<string>): AsyncGenerator<readonly Outcome[]> {
    for (const { id, job } of await this.#queues.takeOver()) {
      this.#outstanding.add(
        id,
        job,
        job.cells.filter(({ hash }) => !known.has(hash)),
      );
    }
    for (;;) {
      const entries = await readResults(this.#connection, this.#run, 0);
      if (entries.length === 0) break;
      const left: Outcome[] = [];
      for (const outcome of entries.flatMap(({ outcomes }) => outcomes ?? [])) {
        if (known.has(outcome.cell) || recovered.has(outcome.cell)) continue;
        recovered.add(outcome.cell);
        left.push(this.#outstanding.settle(outcome)?.outcome ?? outcome);
      }
      if (left.length > 0) yield left;
      await acknowledge(this.#connection, this.#run, entries, []);
    }
    if (recovered.size > 0) this.#notice(`${recovered.size} outcomes of the earlier start were waiting in Redis`);
    if (this.#outstanding.cells > 0)
      this.#notice(`workers still have ${this.#outstanding.cells} cells of the earlier start`);
  }

  *#plan(jobs: Iterable<Job>, skipped: ReadonlySet<string>): Generator<Job> {
    const most = this.#options.cellsPerChunk ?? 16;
    for (const job of jobs) yield* chunksOf(job, most, ({ hash }) => skipped.has(hash));
  }

  /** Hands out chunks, as many as workers can have use for soon. */
  async #fill(plan: Iterator<Job>): Promise<void> {
    const slots = this.#workers.reduce((sum, { concurrency }) => sum + concurrency, 0);
    const room = Math.min(mostChunks, Math.max(leastChunks, chunksPerSlot * slots));
    const fresh: string[] = [];
    while (this.#outstanding.size < room) {
      const step = plan.next();
      if (step.done) break;
      const id = chunkId(step.value);
      this.#outstanding.add(id, step.value);
      fresh.push(id);
      this.#options.onStart?.(step.value);
    }
    if (fresh.length === 0) return;
    await this.#handOut(fresh);
    this.#watch.moved();
  }

  async #handOut(ids: readonly string[]): Promise<void> {
    // What was noted of a chunk of that name is of a start whose outcomes are not there any more.
    await forgetDone(this.#connection, this.#run, ids);
    await this.#queues.add(ids.flatMap((id) => this.#outstanding.chunk(id) ?? []));
  }

  /** Yields what entries bring, and removes them once that was recorded. */
  async *#take(entries: readonly ResultEntry[]): AsyncGenerator<readonly Outcome[]> {
    if (entries.length === 0) return;
    const fresh: Outcome[] = [];
    const finished: string[] = [];
    for (const outcome of entries.flatMap(({ outcomes }) => outcomes ?? [])) {
      const settled = this.#outstanding.settle(outcome);
      if (!settled) continue;
      fresh.push(settled.outcome);
      if (settled.finished !== undefined) finished.push(settled.finished);
    }
    if (fresh.length > 0) {
      this.#watch.moved();
      // The consumer asks for more when the ledger has these.
      yield fresh;
    }
    await acknowledge(this.#connection, this.#run, entries, finished);
  }

  async *#lookAround(): AsyncGenerator<readonly Outcome[]> {
    this.#watched = performance.now();
    const hosts = await readHosts(this.#connection, this.#run);
    this.#workers = hosts.workers;
    if (this.#announced?.wasLost()) this.#notice("Redis was emptied: what is under way is put in again");
    yield* this.#findLost();
    yield* this.#takeApart();
    for (const text of this.#watch.look(hosts, this.#outstanding.chunks())) this.#notice(text);
  }

  /**
   * Puts in again what Redis lost, as after FLUSHALL or a restart from an older file. A chunk that is gone because it
   * is finished has handed over its outcomes before, so the stream is read to its end first.
   */
  async *#findLost(): AsyncGenerator<readonly Outcome[]> {
    const gone = await this.#queues.missing(this.#outstanding.chunks());
    if (gone.length === 0) return;
    for (;;) {
      const entries = await readResults(this.#connection, this.#run, 0);
      if (entries.length === 0) break;
      yield* this.#take(entries);
    }
    const lost = gone.filter(({ id }) => this.#outstanding.chunk(id) !== undefined).map(({ id }) => id);
    if (lost.length > 0) await this.#handOut(lost);
  }

  /** Chunks that cost every worker that took them run again cell by cell; a cell that was alone is to blame. */
  async *#takeApart(): AsyncGenerator<readonly Outcome[]> {
    for (const { id, reason } of await this.#queues.takeFailed()) {
      const chunk = this.#outstanding.chunk(id);
      if (!chunk) continue;
      this.#outstanding.remove(id);
      const { job } = chunk;
      const open = [...chunk.open.values()];
      // Cells that were handed over are not run again, so one that is left was alone with the workers that died.
      const alone = open.length === 1 && (!job.exclusive || job.cells.length + job.companions.length === 1);
      if (alone) {
        yield open.map((cell) => lost(cell, reason));
        continue;
      }
      this.#notice(
        `a chunk was lost with every worker that took it (${reason}); its ${open.length} cells run one by one`,
      );
      const parts = oneByOne(job, open).map((part) => {
        const partId = chunkId(part);
        this.#outstanding.add(partId, part);
        return partId;
      });
      await this.#handOut(parts);
    }
  }
}

function lost(cell: Job["cells"][number], reason: string): Outcome {
  return {
    cell: cell.hash,
    measure: cell.measure,
    parameters: cell.parameters,
    seed: cell.seed,
    status: "failed",
    error: { name: "WorkerLost", message: `every worker that took it was lost: ${reason}` },
    seconds: 0,
    at: new Date().toISOString(),
  };
}

import type { Job } from "@xattn/runner";
import { Queue } from "bullmq";
import type { Connection } from "../redis/connect.ts";
import { type Lane, parseJob } from "../run/chunk.ts";
import { runKeys } from "./keys.ts";
import type { Chunk } from "./outstanding.ts";

const lanes: readonly Lane[] = ["shared", "alone"];
const failedAtOnce = 100;

/** The two queues of a run, as its producer uses them. */
export class RunQueues {
  readonly #connection: Connection;
  readonly #run: string;
  readonly #queues: ReadonlyMap<Lane, Queue>;

  constructor(connection: Connection, run: string, onNotice: (text: string) => void) {
    this.#connection = connection;
    this.#run = run;
    const said = new Set<string>();
    this.#queues = new Map(
      lanes.map((lane) => {
        const queue = new Queue(lane, {
          connection: connection.redis,
          prefix: runKeys(run).prefix,
          // Nobody reads the events: outcomes have a stream of their own.
          streams: { events: { maxLen: 100 } },
          defaultJobOptions: { removeOnComplete: true, removeOnFail: false, attempts: 1 },
        });
        queue.on("error", (error) => {
          const text = connection.address.redact(error.message);
          if (!said.has(text)) onNotice(`${connection.address.shown}: ${text}`);
          said.add(text);
        });
        return [lane, queue];
      }),
    );
  }

  /** Adds chunks; one that is there already is left as it is. */
  async add(chunks: readonly Chunk[]): Promise<void> {
    for (const lane of lanes) {
      const own = chunks.filter((chunk) => chunk.lane === lane);
      if (own.length === 0) continue;
      await this.#connection.guard(
        this.#queue(lane).addBulk(own.map(({ id, job }) => ({ name: job.measure, data: job, opts: { jobId: id } }))),
      );
    }
  }

  /** Takes back what no worker has begun, and returns what workers have in their hands. */
  async takeOver(): Promise<readonly { readonly id: string; readonly job: Job }[]> {
    const { guard } = this.#connection;
    const found: { id: string; job: Job }[] = [];
    for (const lane of lanes) {
      await guard(this.#queue(lane).drain(true));
      for (const queued of await guard(this.#queue(lane).getActive())) {
        // A job that ended in between is gone, and so is its data.
        if (queued?.id !== undefined && queued.data) found.push({ id: queued.id, job: parseJob(queued.data) });
      }
    }
    return found;
  }

  /** Chunks that Redis does not have any more. */
  async missing(chunks: readonly Chunk[]): Promise<readonly Chunk[]> {
    if (chunks.length === 0) return [];
    const keys = runKeys(this.#run);
    const pipeline = this.#connection.redis.pipeline();
    for (const { lane, id } of chunks) pipeline.exists(keys.job(lane, id));
    const replies = (await this.#connection.guard(pipeline.exec())) ?? [];
    return chunks.filter((_, index) => replies[index]?.[1] === 0);
  }

  /** Removes and returns chunks that BullMQ has given up on, as when every worker that took one died. */
  async takeFailed(): Promise<readonly { readonly id: string; readonly reason: string }[]> {
    const { guard } = this.#connection;
    const found: { id: string; reason: string }[] = [];
    for (const lane of lanes) {
      for (const queued of await guard(this.#queue(lane).getFailed(0, failedAtOnce - 1))) {
        if (queued?.id === undefined) continue;
        await guard(queued.remove());
        found.push({ id: queued.id, reason: queued.failedReason ?? "" });
      }
    }
    return found;
  }

  /** Takes back what no worker has begun. */
  async drain(): Promise<void> {
    for (const lane of lanes) await this.#queue(lane).drain(true);
  }

  /** Removes both queues with all that is in them. */
  async remove(): Promise<void> {
    for (const lane of lanes) await this.#queue(lane).obliterate({ force: true });
  }

  async close(): Promise<void> {
    await Promise.all(lanes.map((lane) => this.#queue(lane).close()));
  }

  #queue(lane: Lane): Queue {
    return this.#queues.get(lane)!;
  }
}

import { z } from "zod";
import type { Connection } from "../redis/connect.ts";
import type { Lane } from "../run/chunk.ts";
import { runKeys } from "./keys.ts";

/** A worker that has said nothing for so long does not count. */
const workerLivesMs = 15_000;
export const workerSaysMs = 2000;
/** A refusal that was not said again for so long is of a worker that is gone. */
const refusalMs = 30_000;

const sign = z.object({
  host: z.string(),
  lanes: z.array(z.enum(["shared", "alone"])),
  /** Chunks that it has taken and not finished. */
  busy: z.number(),
  /** Cells that it can compute at once. */
  concurrency: z.number(),
  at: z.number(),
});
const refusal = z.object({ reason: z.string(), at: z.number() });

/** A worker as a producer sees it. */
export interface WorkerSign {
  readonly host: string;
  readonly lanes: readonly Lane[];
  readonly busy: number;
  readonly concurrency: number;
}

/** Says that a worker serves a run. Times are those of Redis, so that clocks of hosts do not matter. */
export async function sayAlive({ redis }: Connection, run: string, worker: string, told: WorkerSign): Promise<void> {
  await redis.hset(runKeys(run).workers, worker, JSON.stringify({ ...told, at: await timeOf(redis) }));
}

export async function sayGone({ redis }: Connection, run: string, worker: string): Promise<void> {
  await redis.hdel(runKeys(run).workers, worker);
}

/** Says why a worker takes no cell of a run, or not those of one lane. Its keys go with those of the run. */
export async function refuse({ redis, guard }: Connection, run: string, host: string, reason: string): Promise<void> {
  const key = runKeys(run).refusals;
  await guard(redis.hset(key, host, JSON.stringify({ reason, at: await guard(timeOf(redis)) })));
  await guard(redis.pexpire(key, 24 * 3600 * 1000));
}

export async function forgive({ redis, guard }: Connection, run: string, host: string): Promise<void> {
  await guard(redis.hdel(runKeys(run).refusals, host));
}

export interface Hosts {
  readonly workers: readonly WorkerSign[];
  /** By host: why it takes nothing, or not all. */
  readonly refusals: ReadonlyMap<string, string>;
}

export async function readHosts({ redis, guard }: Connection, run: string): Promise<Hosts> {
  const keys = runKeys(run);
  const [signs, refused, now] = await guard(
    Promise.all([redis.hgetall(keys.workers), redis.hgetall(keys.refusals), timeOf(redis)]),
  );
  const workers = Object.values(signs).flatMap((text) => {
    const found = read(sign, text);
    return found && now - found.at < workerLivesMs ? [found] : [];
  });
  const refusals = Object.entries(refused).flatMap(([host, text]): [string, string][] => {
    const found = read(refusal, text);
    return found && now - found.at < refusalMs ? [[host, found.reason]] : [];
  });
  return { workers, refusals: new Map(refusals) };
}

async function timeOf(redis: Connection["redis"]): Promise<number> {
  const [seconds, microseconds] = await redis.time();
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}

function read<Output>(schema: z.ZodType<Output>, text: string): Output | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

import type { Outcome } from "@xattn/runner";
import type { Connection } from "../redis/connect.ts";
import { parseOutcomes } from "../run/outcome.ts";
import { runKeys } from "./keys.ts";

/**
 * Outcomes on their way to the ledger: a stream of our own, since what BullMQ tells of finished jobs is trimmed
 * (events) or would have to be kept for ever (return values). An entry is removed once the ledger has it; so
 * whatever dies in between, it is still there. The reader begins at the start each time and keeps no position that
 * could be wrong after a restart.
 */
export interface ResultEntry {
  readonly id: string;
  readonly chunk: string;
  /** Nothing when the entry is damaged. */
  readonly outcomes: readonly Outcome[] | undefined;
}

const doneSeconds = 24 * 3600;
const entriesAtOnce = 200;

/** Hands outcomes over; from then on the worker may die. */
export async function pushResults(
  { redis }: Connection,
  run: string,
  chunk: string,
  outcomes: readonly Outcome[],
): Promise<void> {
  const keys = runKeys(run);
  const done = keys.done(chunk);
  await redis
    .multi()
    .xadd(keys.results, "*", "chunk", chunk, "outcomes", JSON.stringify(outcomes))
    .sadd(done, ...outcomes.map(({ cell }) => cell))
    .expire(done, doneSeconds)
    .exec();
}

/** The cells of a chunk that were handed over, by whichever worker had it before. */
export async function doneCells({ redis }: Connection, run: string, chunk: string): Promise<ReadonlySet<string>> {
  return new Set(await redis.smembers(runKeys(run).done(chunk)));
}

/** Has the cells of chunks computed whatever was noted of them. */
export async function forgetDone({ redis, guard }: Connection, run: string, chunks: readonly string[]): Promise<void> {
  const keys = runKeys(run);
  if (chunks.length > 0) await guard(redis.del(...chunks.map((chunk) => keys.done(chunk))));
}

/** The entries that are there, the oldest first; waits for one up to `waitMs`, or not at all. */
export async function readResults(
  { redis, guard }: Connection,
  run: string,
  waitMs: number,
): Promise<readonly ResultEntry[]> {
  const key = runKeys(run).results;
  const reply =
    waitMs > 0
      ? await guard(redis.xread("COUNT", entriesAtOnce, "BLOCK", waitMs, "STREAMS", key, "0"))
      : await guard(redis.xread("COUNT", entriesAtOnce, "STREAMS", key, "0"));
  const entries = reply?.[0]?.[1] ?? [];
  return entries.map(([id, fields]) => {
    const named = new Map<string, string>();
    for (let at = 0; at + 1 < fields.length; at += 2) named.set(fields[at]!, fields[at + 1]!);
    return { id, chunk: named.get("chunk") ?? "", outcomes: parseOutcomes(named.get("outcomes") ?? "") };
  });
}

/** Removes entries whose outcomes the ledger has, and what was noted of chunks that are finished. */
export async function acknowledge(
  { redis, guard }: Connection,
  run: string,
  entries: readonly ResultEntry[],
  finished: readonly string[],
): Promise<void> {
  const keys = runKeys(run);
  const transaction = redis.multi();
  if (entries.length > 0) transaction.xdel(keys.results, ...entries.map(({ id }) => id));
  if (finished.length > 0) transaction.del(...finished.map((chunk) => keys.done(chunk)));
  if (entries.length + finished.length > 0) await guard(transaction.exec());
}

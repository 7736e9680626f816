import type { Connection } from "../redis/connect.ts";
import { type RunDescription, runDescription } from "../run/description.ts";
import { runKeys, runsKey } from "./keys.ts";

/** A run whose producer has said nothing for so long is left by its workers. */
const announcementMs = 30_000;
const refreshMs = 2000;

export interface Announced {
  /** Whether the announcement was gone since the last look, as after FLUSHALL; asking resets it. */
  wasLost(): boolean;
  /** Takes the run off the list: workers leave it, and give back what they have not done. */
  withdraw(): Promise<void>;
  /** Stops saying that the producer lives. */
  stop(): void;
}

/** Puts a run on the list that workers look through, and says as long as the process lives that it does. */
export async function announce({ redis, guard }: Connection, run: RunDescription): Promise<Announced> {
  const keys = runKeys(run.id);
  const text = JSON.stringify(run);
  let lost = false;
  const say = async (first: boolean) => {
    const [[, before]] = (await redis
      .multi()
      .set(keys.announcement, text, "PX", announcementMs, "GET")
      .sadd(runsKey, run.id)
      .exec()) as [[unknown, string | null]];
    if (!first && before === null) lost = true;
  };
  await guard(say(true));
  let underWay = false;
  const timer = setInterval(() => {
    // While Redis is away commands wait in line: one is enough.
    if (underWay) return;
    underWay = true;
    say(false)
      .catch(() => {})
      .finally(() => {
        underWay = false;
      });
  }, refreshMs);
  return {
    wasLost() {
      const result = lost;
      lost = false;
      return result;
    },
    async withdraw() {
      clearInterval(timer);
      await redis.multi().del(keys.announcement).srem(runsKey, run.id).exec();
    },
    stop: () => clearInterval(timer),
  };
}

/** The runs that are announced, each with its text, which changes when the run does. */
export async function announcedRuns({
  redis,
  guard,
}: Connection): Promise<readonly { readonly text: string; readonly run: RunDescription }[]> {
  const ids = await guard(redis.smembers(runsKey));
  const found: { text: string; run: RunDescription }[] = [];
  for (const id of ids.sort()) {
    const text = await guard(redis.get(runKeys(id).announcement));
    const run = text === null ? undefined : parse(text);
    if (text !== null && run?.id === id) found.push({ text, run });
    else if (text === null) await guard(redis.srem(runsKey, id));
  }
  return found;
}

function parse(text: string): RunDescription | undefined {
  try {
    return runDescription.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

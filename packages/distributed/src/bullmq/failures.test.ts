import { join } from "node:path";
import type { Outcome } from "@xattn/runner";
import { range } from "@xattn/runner/define";
import { expect, test } from "vitest";
import { executeOverRedis } from "../../fixtures/execute.ts";
import { readTrace, type Started, startWorker, temporaryFolder, until } from "../../fixtures/processes.ts";
import { freePort, needsRedis, startRedis } from "../../fixtures/redis.ts";
import { describeRun, experimentOf } from "../../fixtures/setting.ts";

const small = () => experimentOf("sweep", { n: [1, 2], k: range(0, 9) });
const thrown = async (run: Promise<unknown>): Promise<Error> => {
  try {
    await run;
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
};
const ready = (worker: Started) => until(() => /serving/.test(worker.errors()));
const once = (outcomes: readonly Outcome[]) => new Set(outcomes.map(({ cell }) => cell)).size === outcomes.length;

test("where no Redis answers, producer and worker say so at once, without the password", async () => {
  const port = await freePort();
  const error = await thrown(executeOverRedis(await small(), `redis://:hush-hush@127.0.0.1:${port}`));
  expect(error.name).toBe("RedisUnavailableError");
  expect(error.message).toMatch(new RegExp(`^redis://127.0.0.1:${port}: no Redis answers there \\(.*ECONNREFUSED`));
  const worker = await startWorker({ redis: `redis://:hush-hush@127.0.0.1:${port}`, host: "a" }).ended;
  expect(worker).toMatchObject({ code: 2, errors: expect.stringMatching(/RedisUnavailableError: .*no Redis answers/) });
  expect(worker.errors + error.message).not.toContain("hush-hush");
});

test("a wrong password is a typed error on both sides, without the password", async (context) => {
  needsRedis(context);
  const redis = await startRedis({ password: "the-right-one" });
  for (const login of [":the-wrong-one@", ""]) {
    const url = `redis://${login}127.0.0.1:${redis.port}`;
    const error = await thrown(executeOverRedis(await small(), url));
    expect(error.name).toBe("RedisAuthenticationError");
    expect(error.message).toMatch(/Redis refuses the user or password/);
    const worker = await startWorker({ redis: url, host: "a" }).ended;
    expect(worker.errors).toMatch(/^RedisAuthenticationError/);
    expect(worker.errors + error.message).not.toMatch(/the-(right|wrong)-one/);
  }
});

test("a Redis that answers and refuses, as when its memory is full, is a typed error", async (context) => {
  needsRedis(context);
  const redis = await startRedis({ more: ["--maxmemory", "1mb"] });
  const error = await thrown(executeOverRedis(await small(), redis.url));
  expect(error.name).toBe("RedisUnavailableError");
  expect(error.message).toMatch(/Redis refuses a command \(.*(OOM|EXECABORT)/);
});

test("a machine with another install is refused, and both sides say why", async (context) => {
  needsRedis(context);
  const redis = await startRedis();
  const worker = startWorker({ redis: redis.url, host: "other", lockfileHash: "another-lockfile" });
  await ready(worker);
  const notices: string[] = [];
  const run = executeOverRedis(await small(), redis.url, {
    waitSeconds: 4,
    onNotice: (text) => notices.push(text),
  });
  const error = await thrown(run);
  expect(error.name).toBe("NoWorkerError");
  expect(error.message).toMatch(
    /^no worker matches: other: lockfile another-lock where the run has lockfile \(waited 4 s/,
  );
  expect(notices).toContain("other refuses: lockfile another-lock where the run has lockfile");
  expect(worker.errors()).toMatch(/refuses sweep .*lockfile another-lock/);
}, 240_000);

test("without a worker a run ends, says how to start one, and has handed out a small part of its plan", async (context) => {
  needsRedis(context);
  const redis = await startRedis();
  const experiment = await experimentOf("sweep", { n: range(1, 1000) });
  let started = 0;
  const onStart = () => {
    started += 1;
  };
  const error = await thrown(executeOverRedis(experiment, redis.url, { waitSeconds: 2, onStart }));
  expect(error.message).toMatch(
    new RegExp(
      `no worker is there \\(waited 2 s for one to take 1024 cells \\(double\\)\\).*exp worker --redis ${redis.url}`,
    ),
  );
  // Of 100,000 cells, 64 chunks of 16.
  expect(started).toBe(64);
}, 240_000);

test("cells whose code does not load on the worker are that worker's refusal", async (context) => {
  needsRedis(context);
  const redis = await startRedis();
  const experiment = await small();
  await ready(startWorker({ redis: redis.url, host: "a" }));
  const run = describeRun(experiment, "renamed", { file: "not-there" });
  const error = await thrown(executeOverRedis(experiment, redis.url, { waitSeconds: 4, run }));
  expect(error.message).toMatch(/no worker matches: a: .*not-there/);
}, 240_000);

test("after FLUSHALL in mid-run every cell still ends in one outcome", async (context) => {
  needsRedis(context);
  const redis = await startRedis();
  const trace = join(temporaryFolder(), "trace");
  startWorker({ redis: redis.url, host: "a", concurrency: 2 }, trace);
  const notices: string[] = [];
  let emptied = false;
  const outcomes = await executeOverRedis(await experimentOf("sweep", { n: range(1, 20) }), redis.url, {
    onNotice: (text) => notices.push(text),
    onBatch: () => {
      if (emptied) return;
      emptied = true;
      redis.cli("flushall");
    },
  });
  expect(outcomes).toHaveLength(2000);
  expect(once(outcomes)).toBe(true);
  expect(notices).toContain("Redis was emptied: what is under way is put in again");
  expect(readTrace(trace).size).toBe(2000);
}, 240_000);

test("a Redis that stays away ends the run with a typed error, and the worker", async (context) => {
  needsRedis(context);
  const redis = await startRedis();
  const worker = startWorker({ redis: redis.url, host: "a", outageSeconds: 2 });
  const run = executeOverRedis(await experimentOf("sweep", { n: range(1, 20) }), redis.url, {
    outageSeconds: 2,
    onBatch: () => void redis.kill(),
  });
  const error = await thrown(run);
  expect(error.name).toBe("RedisUnavailableError");
  expect(error.message).toMatch(/Redis was away for 2 s/);
  const { code, errors } = await worker.ended;
  expect(code).toBe(2);
  expect(errors).toMatch(/RedisUnavailableError: .*was away for 2 s/);
}, 240_000);

test("a worker that is asked to stop gives back what it has not begun, and another goes on", async (context) => {
  needsRedis(context);
  const redis = await startRedis();
  const trace = join(temporaryFolder(), "trace");
  const first = startWorker({ redis: redis.url, host: "a" }, trace);
  let asked = false;
  const outcomes = await executeOverRedis(
    await experimentOf("sweep", { n: [1], k: range(0, 11), action: ["wait"] }),
    redis.url,
    {
      cellsPerChunk: 2,
      onBatch: () => {
        if (asked) return;
        asked = true;
        first.child.kill("SIGTERM");
        startWorker({ redis: redis.url, host: "b" }, trace);
      },
    },
  );
  expect((await first.ended).code).toBe(0);
  expect(outcomes).toHaveLength(12);
  expect(once(outcomes)).toBe(true);
  // Nothing was begun twice: what had started was finished, the rest was given back.
  expect([...readTrace(trace).values()]).toEqual(Array.from({ length: 12 }, () => 1));
  expect(new Set(outcomes.map(({ host }) => host?.name))).toEqual(new Set(["a", "b"]));
}, 240_000);

test("blocks of timed arms stay whole on one host, and go to machines of the run's kind alone", async (context) => {
  needsRedis(context);
  const redis = await startRedis();
  const experiment = await experimentOf("timed");
  for (const host of ["a", "b"]) startWorker({ redis: redis.url, host });
  const other = startWorker({ redis: redis.url, host: "other", fingerprint: "elsewhere" });
  const outcomes = await executeOverRedis(experiment, redis.url);
  expect(outcomes).toHaveLength(8);
  const hosts = new Map<string, Set<string>>();
  for (const { block, host, status } of outcomes) {
    expect(status).toBe("ok");
    hosts.set(block!, (hosts.get(block!) ?? new Set()).add(host!.name));
  }
  expect(hosts.size).toBe(4);
  for (const names of hosts.values()) expect([...names]).toHaveLength(1);
  expect([...hosts.values()].flatMap((names) => [...names])).not.toContain("other");
  for (const { parameters, values } of outcomes) {
    if (parameters.arm === "one") expect(values!.timeRatio).toBeGreaterThan(0);
  }
  expect(other.errors()).toMatch(/timed cells need a machine like that of the run \(fingerprint here\)/);
}, 240_000);

test("timed cells that only machines of another kind could take end the run with the reason", async (context) => {
  needsRedis(context);
  const redis = await startRedis();
  await ready(startWorker({ redis: redis.url, host: "other", fingerprint: "elsewhere" }));
  const error = await thrown(executeOverRedis(await experimentOf("timed"), redis.url, { waitSeconds: 4 }));
  expect(error.message).toMatch(/no worker matches: other: timed cells need a machine like that of the run/);
}, 240_000);

test("one worker process a machine", async (context) => {
  needsRedis(context);
  const redis = await startRedis();
  const lockFolder = temporaryFolder();
  const first = startWorker({ redis: redis.url, host: "a", lockFolder });
  await ready(first);
  const second = await startWorker({ redis: redis.url, host: "a", lockFolder }).ended;
  expect(second).toMatchObject({ code: 2, errors: expect.stringMatching(/HostTakenError: .*served by process \d+/) });
});

test("a cancelled run keeps what is in Redis for the next start, and nothing runs twice", async (context) => {
  needsRedis(context);
  const redis = await startRedis();
  const trace = join(temporaryFolder(), "trace");
  startWorker({ redis: redis.url, host: "a" }, trace);
  const experiment = await experimentOf("sweep", { n: range(1, 30) });
  const run = describeRun(experiment, "cancelled");
  const first = await executeOverRedis(experiment, redis.url, { run, onBatch: (_, cancel) => cancel() });
  expect(first.length).toBeLessThan(3000);
  const known = new Set(first.map(({ cell }) => cell));
  const second = await executeOverRedis(experiment, redis.url, { run }, known);
  expect([...first, ...second]).toHaveLength(3000);
  expect(once([...first, ...second])).toBe(true);
  const counts = [...readTrace(trace).values()];
  expect(counts).toHaveLength(3000);
  // Only cells that were under way when the run was cancelled may have been begun twice.
  expect(counts.filter((count) => count > 1).length).toBeLessThanOrEqual(32);
}, 240_000);

import { join } from "node:path";
import { range } from "@xattn/runner/define";
import { expect, test } from "vitest";
import { executeOverRedis } from "../../fixtures/execute.ts";
import { makeNamespace, namespacesMissing } from "../../fixtures/namespace.ts";
import { readTrace, startWorker, temporaryFolder } from "../../fixtures/processes.ts";
import { needsRedis, startRedis } from "../../fixtures/redis.ts";
import { experimentOf } from "../../fixtures/setting.ts";

const cutMs = 10_000;

test("a worker whose link is cut for ten seconds loses nothing, and nothing is recorded twice", async (context) => {
  needsRedis(context);
  const missing = namespacesMissing();
  if (missing !== undefined) context.skip(missing);
  const [near, far] = [makeNamespace(1), makeNamespace(2)];
  const redis = await startRedis({ password: "a-long-password", bind: `127.0.0.1 ${near.address} ${far.address}` });
  const trace = join(temporaryFolder(), "trace");
  for (const [host, { address, through }] of Object.entries({ near, far })) {
    startWorker({ redis: `redis://:a-long-password@${address}:${redis.port}`, host, concurrency: 2 }, trace, through);
  }
  let joined = 0;
  const experiment = await experimentOf("sweep", { n: [1], k: range(0, 119), action: ["wait"] });
  const outcomes = await executeOverRedis(experiment, redis.url, {
    cellsPerChunk: 4,
    onBatch: ([outcome]) => {
      if (joined > 0 || outcome?.host?.name !== "far") return;
      far.cut();
      joined = Date.now() + cutMs;
      setTimeout(() => far.join(), cutMs);
    },
  });
  expect(outcomes).toHaveLength(120);
  expect(new Set(outcomes.map(({ cell }) => cell)).size).toBe(120);
  expect(outcomes.every(({ status }) => status === "ok")).toBe(true);
  expect(readTrace(trace).size).toBe(120);
  expect(Date.now()).toBeGreaterThan(joined);
  const late = outcomes.filter(({ host, at }) => host?.name === "far" && Date.parse(at) > joined);
  expect(late.length).toBeGreaterThan(0);
}, 240_000);

import { expect, test } from "vitest";
import { executeOverRedis } from "../../fixtures/execute.ts";
import { startWorker } from "../../fixtures/processes.ts";
import { needsRedis, startRedis } from "../../fixtures/redis.ts";
import { describeRun, experimentOf } from "../../fixtures/setting.ts";

test("a cell that costs every worker its life is recorded as failed, and its neighbours run", async (context) => {
  needsRedis(context);
  const redis = await startRedis();
  let alive = true;
  const keepAWorker = async () => {
    // What a supervisor does: a worker that died is started again.
    while (alive) await startWorker({ redis: redis.url, host: "a", once: false }).ended;
  };
  void keepAWorker();
  const experiment = await experimentOf("sweep", { n: [1], k: [1], action: ["none", "kill-worker"] });
  // Locks last a little longer than the deadline, and run out before a chunk goes to the next worker.
  const run = describeRun(experiment, "deadly", { deadlineSeconds: 1 });
  const outcomes = await executeOverRedis(experiment, redis.url, { run, waitSeconds: 60 });
  alive = false;
  expect(outcomes).toHaveLength(2);
  for (const { parameters, status, error } of outcomes) {
    if (parameters.action === "none") expect(status).toBe("ok");
    else
      expect({ status, error }).toEqual({
        status: "failed",
        error: { name: "WorkerLost", message: expect.stringMatching(/every worker that took it was lost/) },
      });
  }
}, 240_000);

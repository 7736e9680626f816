import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startProducer, startWorker, temporaryFolder } from "../fixtures/processes.ts";
import type { ProducerWords } from "../fixtures/producer.ts";
import { needsRedis, startRedis } from "../fixtures/redis.ts";
import { needsSlurm, startSlurm } from "../fixtures/slurm.ts";

/** The table of a run, without what names a process. */
async function tableOf(where: Pick<ProducerWords, "redis" | "slurm">): Promise<string> {
  const results = temporaryFolder();
  const { code, errors } = await startProducer({ ...where, results, experiment: "sweep", overrides: { n: [1, 2, 3] } })
    .ended;
  expect(code, errors).toBe(0);
  const [run] = readdirSync(join(results, "sweep"));
  const lines = readFileSync(join(results, "sweep", run!, "table.csv"), "utf8").split("\n");
  const named = lines[0]!.split(",").indexOf("process");
  expect(named).toBeGreaterThan(0);
  expect(lines).toHaveLength(302);
  return lines.map((line) => line.split(",").toSpliced(named, 1).join(",")).join("\n");
}

test("a table is the same whether cells ran here or over Redis", async (context) => {
  needsRedis(context);
  const redis = await startRedis();
  startWorker({ redis: redis.url, host: "a" });
  expect(await tableOf({ redis: redis.url })).toBe(await tableOf({}));
}, 240_000);

test("a table is the same whether cells ran here or by Slurm", async (context) => {
  needsSlurm(context);
  await startSlurm();
  expect(await tableOf({ slurm: { cores: 2, cellsPerTask: 128 } })).toBe(await tableOf({}));
}, 240_000);

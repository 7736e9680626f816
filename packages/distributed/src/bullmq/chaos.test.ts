import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scanLedger } from "@xattn/runner";
import { range } from "@xattn/runner/define";
import { expect, test } from "vitest";
import { readTrace, startProducer, startWorker, temporaryFolder, until } from "../../fixtures/processes.ts";
import { needsRedis, startRedis } from "../../fixtures/redis.ts";

/** The cells of a ledger, as often as they stand in it. */
async function cellsOf(folder: string): Promise<string[]> {
  const cells: string[] = [];
  await scanLedger(join(folder, "ledger.jsonl"), ({ cell }) => cells.push(cell));
  return cells;
}

test("10,000 cells stand in the ledger once each, whoever is killed in between", async (context) => {
  needsRedis(context);
  const redis = await startRedis({ password: "not-to-be-seen" });
  const results = temporaryFolder();
  const trace = join(temporaryFolder(), "trace");
  const words = { redis: redis.url, results, experiment: "sweep", overrides: { n: range(1, 100) } };
  const workers = ["first", "second"].map((host) => startWorker({ redis: redis.url, host }, trace));
  const producer = startProducer(words);

  await until(() => workers.every((worker) => /takes cells/.test(worker.errors())) && producer.done() > 1500);
  workers[0]!.child.kill("SIGKILL");
  const third = startWorker({ redis: redis.url, host: "third" }, trace);
  await until(() => producer.done() > 3000);
  await redis.kill();
  await redis.restart();
  const beforeRestart = producer.done();
  await until(() => producer.done() > Math.max(5000, beforeRestart + 500));
  producer.child.kill("SIGKILL");
  await producer.ended;

  const [name] = readdirSync(join(results, "sweep"));
  const folder = join(results, "sweep", name!);
  const recorded = new Set(await cellsOf(folder));
  expect(recorded.size).toBeGreaterThan(5000);
  expect(recorded.size).toBeLessThan(10_000);
  // What was computed so far is put aside: what is computed from here on must be new.
  const numbers = await numbersOf(folder, recorded);
  writeFileSync(trace, "");

  const again = await startProducer(words).ended;
  expect(again.code, again.errors).toBe(0);
  expect(again.output.trim()).toBe(folder);
  const cells = await cellsOf(folder);
  expect(cells).toHaveLength(10_000);
  expect(new Set(cells).size).toBe(10_000);
  const rerun = [...readTrace(trace).keys()].filter((number) => numbers.has(number));
  expect(rerun).toEqual([]);

  const everything = [
    readFileSync(join(folder, "ledger.jsonl"), "utf8"),
    readFileSync(join(folder, "manifest.json"), "utf8"),
    ...[...workers, third].map((worker) => worker.errors()),
    producer.errors(),
    again.errors,
  ].join("\n");
  expect(everything).not.toContain("not-to-be-seen");
  const hosts = new Set(
    [...readFileSync(join(folder, "ledger.jsonl"), "utf8").matchAll(/"host":{"name":"(\w+)"/g)].map(([, name]) => name),
  );
  expect([...hosts]).toContain("second");
}, 240_000);

async function numbersOf(folder: string, cells: ReadonlySet<string>): Promise<Set<number>> {
  const numbers = new Set<number>();
  await scanLedger(join(folder, "ledger.jsonl"), ({ cell, parameters }) => {
    if (cells.has(cell)) numbers.add(100 * Number(parameters.n) + Number(parameters.k));
  });
  return numbers;
}

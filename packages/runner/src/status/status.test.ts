import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startScript } from "../../fixtures/children.ts";
import { temporaryFolder } from "../../fixtures/folders.ts";
import hostile from "../../fixtures/hostile.ts";
import { contextOf } from "../../fixtures/run.ts";
import steady from "../../fixtures/steady.ts";
import { normalize } from "../normalize/normalize.ts";
import { runExperiment } from "../run/run-experiment.ts";
import { runStatuses } from "./status.ts";

const values = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const run = (results: string, count: number, signal?: AbortSignal) => {
  const experiment = normalize(steady, { file: "steady.ts", overrides: { n: values(count) } });
  return runExperiment(experiment, contextOf(results, "steady.ts", experiment, signal ? { signal } : {}));
};

test("a run under way, then killed: running with its process, then stale; both with their progress", async () => {
  const results = temporaryFolder();
  const axes = JSON.stringify({ n: values(150) });
  const runner = startScript("run-steady.ts", [results, "steady.ts", axes]);
  await runner.said((message) => (message as { done?: number }).done! >= 10);
  const [running] = await runStatuses(results);
  expect(running).toMatchObject({ state: "running", experiment: "steady", cells: 150, failed: 0, command: "exp run" });
  expect(running!.lock).toEqual({ kind: "live", host: hostname(), process: runner.child.pid });
  expect(running!.done).toBeGreaterThanOrEqual(10);
  expect(Date.parse(running!.lastAt!)).not.toBeNaN();
  runner.child.kill("SIGKILL");
  await runner.ended;
  const [stale] = await runStatuses(results);
  expect(stale).toMatchObject({ state: "stale", lock: { kind: "stale", process: runner.child.pid } });
  expect(stale!.done).toBeGreaterThanOrEqual(running!.done);
}, 60_000);

test("an interrupted run can be resumed; complete runs are not listed", async () => {
  const results = temporaryFolder();
  await run(results, 3);
  expect(await runStatuses(results)).toEqual([]);
  await expect(run(results, 4, AbortSignal.abort())).rejects.toThrow("interrupted");
  const [only, ...others] = await runStatuses(results);
  expect(others).toEqual([]);
  expect(only).toMatchObject({ state: "resumable", lock: { kind: "free" }, done: 0, cells: 4, damagedBytes: 0 });
  expect(only).not.toHaveProperty("lastAt");
});

test("a lock that cannot be read is stale, and a damaged ledger is told", async () => {
  const results = temporaryFolder();
  const { folder } = await run(results, 3);
  writeFileSync(join(folder, "lock.json"), "");
  writeFileSync(join(folder, "ledger.jsonl"), "damaged\nlines\n");
  expect(await runStatuses(results)).toMatchObject([
    { state: "stale", lock: { kind: "stale", process: null }, done: 0, problem: expect.stringMatching(/damaged/) },
  ]);
});

test("cells that took their process down are told, of a complete run too", async () => {
  const results = temporaryFolder();
  const experiment = normalize(hostile, { file: "hostile.ts", overrides: { n: [1], action: ["ok", "exit", "throw"] } });
  const only = { ...experiment, measures: experiment.measures.filter(({ name }) => name === "outcome") };
  const go = (retryFailed: boolean) =>
    runExperiment(only, contextOf(results, "hostile.ts", only, { retryFailed }, { retries: 2 }));
  const { data, folder } = await go(false);
  const exit = {
    measure: "outcome",
    status: "failed",
    parameters: { n: 1, action: "exit" },
    message: "quarantined after 3 tries: its process ended with code 0",
  };
  expect(data.manifest.quarantined).toBe(1);
  expect(data.counts).toMatchObject({ ok: 1, failed: 2 });
  expect(data.troubles[0]).toEqual(exit);
  expect(await runStatuses(results)).toMatchObject([
    { state: "complete", quarantined: 1, quarantine: [exit], failed: 2 },
  ]);

  let open = 0;
  const opened = (_: unknown, done: number, total: number) => {
    open = total - done;
  };
  const again = await runExperiment(
    only,
    contextOf(results, "hostile.ts", only, { retryFailed: true, progress: { opened } }, { retries: 0 }),
  );
  expect(again.folder).toBe(folder);
  expect(open).toBe(2);
  expect(again.data.troubles[0]!.message).toMatch(/^quarantined after 1 try: /);
  expect(again.data.manifest.quarantined).toBe(1);
}, 60_000);

test("a folder that is not there, or holds no runs, has nothing to tell", async () => {
  const results = join(temporaryFolder(), "results");
  expect(await runStatuses(results)).toEqual([]);
  expect(existsSync(results)).toBe(false);
  mkdirSync(join(results, "stray"), { recursive: true });
  expect(await runStatuses(results)).toEqual([]);
  expect(readdirSync(results)).toEqual(["stray"]);
});

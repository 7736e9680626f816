import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { isRunning, startScript, until } from "../../fixtures/children.ts";
import { temporaryFolder } from "../../fixtures/folders.ts";
import { contextOf, environment } from "../../fixtures/run.ts";
import steady from "../../fixtures/steady.ts";
import { InputError, InterruptedError, StoreError } from "../errors/errors.ts";
import { scanLedger } from "../ledger/ledger.ts";
import { normalize } from "../normalize/normalize.ts";
import { readManifest } from "../store/run-folder.ts";
import { readRun } from "./read-run.ts";
import { type RunContext, runExperiment } from "./run-experiment.ts";

const values = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const experimentOf = (count: number) => normalize(steady, { file: "steady.ts", overrides: { n: values(count) } });
const go = (results: string, count: number, more: Partial<RunContext> = {}) =>
  runExperiment(experimentOf(count), contextOf(results, "steady.ts", experimentOf(count), more));
const runsIn = (results: string) => readdirSync(join(results, "steady"));

afterEach(() => {
  delete process.env.RUNNER_TEST_LOG;
  delete process.env.RUNNER_TEST_FAIL;
});

test("a run leaves a complete folder, which reads back as what was returned", async () => {
  const results = join(temporaryFolder(), "new", "results");
  const { folder, data } = await go(results, 5);
  expect(readdirSync(folder).sort()).toEqual(["claims.json", "ledger.jsonl", "manifest.json", "table.csv"]);
  expect(data.manifest).toMatchObject({ state: "complete", points: 5, cells: 5, starts: 1, experiment: "steady" });
  expect(data.counts).toEqual({ ok: 5, failed: 0, unsupported: 0, timeout: 0 });
  expect(data.rows.map(({ n, square, status }) => [n, square, status])).toEqual(values(5).map((n) => [n, n * n, "ok"]));
  expect(data.claims).toMatchObject([{ name: "squares", verdict: "holds" }]);
  expect(await readRun(folder)).toEqual(data);
  expect(readFileSync(join(folder, "table.csv"), "utf8")).toBe(
    `n,square,squareStatus,status\n${values(5)
      .map((n) => `${n},${n * n},ok,ok\n`)
      .join("")}`,
  );
});

test("bad input leaves nothing behind", async () => {
  const results = join(temporaryFolder(), "results");
  const experiment = normalize(steady, { file: "steady.ts" });
  const impossible = { ...experiment, where: [{ text: "false", fields: [], evaluate: () => false }] };
  await expect(runExperiment(impossible, contextOf(results, "steady.ts", experiment))).rejects.toThrow(InputError);
  expect(existsSync(results)).toBe(false);
});

test("a run killed in the middle goes on with the missing cells alone", async () => {
  const results = temporaryFolder();
  const log = join(temporaryFolder(), "log");
  const axes = JSON.stringify({ n: values(150) });
  const first = startScript("run-steady.ts", [results, "steady.ts", axes], { RUNNER_TEST_LOG: log });
  await first.said((message) => (message as { done?: number }).done! >= 20);
  first.child.kill("SIGKILL");
  await first.ended;
  const [run, ...others] = runsIn(results);
  expect(others).toEqual([]);
  const folder = join(results, "steady", run!);
  expect(readManifest(folder).state).toBe("running");
  const before = new Set<unknown>();
  await scanLedger(join(folder, "ledger.jsonl"), ({ parameters }) => before.add(parameters.n));
  expect(before.size).toBeGreaterThanOrEqual(20);
  expect(before.size).toBeLessThan(150);
  rmSync(log);

  process.env.RUNNER_TEST_LOG = log;
  const second = await go(results, 150);
  expect(second.folder).toBe(folder);
  expect(second.data.manifest).toMatchObject({ state: "complete", starts: 2 });
  expect(second.data.rows.map(({ n }) => n)).toEqual(values(150));
  const ranAgain = readFileSync(log, "utf8").trim().split("\n").map(Number);
  expect(ranAgain.sort((a, b) => a - b)).toEqual(values(150).filter((n) => !before.has(n)));
  let lines = 0;
  await scanLedger(join(folder, "ledger.jsonl"), () => {
    lines += 1;
  });
  expect(lines).toBe(150);
}, 60_000);

test("workers die with a runner that is killed, even in an endless loop", async () => {
  const results = temporaryFolder();
  const log = join(temporaryFolder(), "pid");
  const axes = JSON.stringify({ n: [1], action: ["loop"] });
  const runner = startScript("run-steady.ts", [results, "hostile.ts", axes], { RUNNER_TEST_PID: log });
  await until(() => existsSync(log) && readFileSync(log, "utf8") !== "");
  const worker = Number(readFileSync(log, "utf8"));
  expect(isRunning(worker)).toBe(true);
  runner.child.kill("SIGKILL");
  await runner.ended;
  await until(() => !isRunning(worker), 3000);
});

test("two runs at the same time use folders of their own", async () => {
  const results = temporaryFolder();
  const [one, two] = await Promise.all([go(results, 30), go(results, 30)]);
  expect(one.folder).not.toBe(two.folder);
  expect(one.data.rows).toEqual(two.data.rows);
  expect(runsIn(results)).toHaveLength(2);
});

test("an aborted run is told as such and can go on", async () => {
  const results = temporaryFolder();
  const stop = new AbortController();
  const ended = () => stop.abort();
  await expect(go(results, 150, { signal: stop.signal, progress: { ended } })).rejects.toThrow(InterruptedError);
  const [run] = runsIn(results);
  expect(readManifest(join(results, "steady", run!)).state).toBe("interrupted");
  expect(existsSync(join(results, "steady", run!, "lock.json"))).toBe(false);
  let already = 0;
  const opened = (_: unknown, done: number) => {
    already = done;
  };
  const { data, folder } = await go(results, 150, { progress: { opened } });
  expect(folder).toContain(run!);
  expect(already).toBeGreaterThan(0);
  expect(data.counts.ok).toBe(150);
  await expect(go(results, 3, { signal: AbortSignal.abort() })).rejects.toThrow("before the first cell");
});

test("failed cells run again when that is asked for, in the run that has them", async () => {
  const results = temporaryFolder();
  process.env.RUNNER_TEST_FAIL = join(temporaryFolder(), "fail");
  process.env.RUNNER_TEST_LOG = join(temporaryFolder(), "log");
  writeFileSync(process.env.RUNNER_TEST_FAIL, "");
  const first = await go(results, 10);
  expect(first.data.counts).toMatchObject({ ok: 9, failed: 1 });
  expect(first.data.troubles).toEqual([
    { measure: "square", status: "failed", parameters: { n: 7 }, message: "seven fails today" },
  ]);
  rmSync(process.env.RUNNER_TEST_FAIL);
  rmSync(process.env.RUNNER_TEST_LOG);
  const second = await go(results, 10, { retryFailed: true });
  expect(second.folder).toBe(first.folder);
  expect(readFileSync(process.env.RUNNER_TEST_LOG, "utf8")).toBe("7\n");
  expect(second.data.counts).toEqual({ ok: 10, failed: 0, unsupported: 0, timeout: 0 });
  expect(second.data.rows[6]).toMatchObject({ n: 7, square: 49, status: "ok" });
  expect(second.data.troubles).toEqual([]);
  expect((await go(results, 10)).folder).not.toBe(first.folder);
});

test("another plan, code or machine starts a run of its own; so does asking for it", async () => {
  const results = temporaryFolder();
  const aborted = { signal: AbortSignal.abort() };
  await expect(go(results, 4, aborted)).rejects.toThrow(InterruptedError);
  const [old] = runsIn(results);
  const changes: [number, Partial<RunContext>][] = [
    [5, {}],
    [4, { sourceHash: "other" }],
    [4, { environment: { ...environment, fingerprint: "there" } }],
    [4, { fresh: true }],
  ];
  for (const [count, more] of changes) {
    const { folder, data } = await go(results, count, more);
    expect(folder).not.toContain(old!);
    expect(data.manifest.starts).toBe(1);
  }
  expect((await go(results, 4)).folder).toContain(old!);
});

test("a damaged last line is told, kept, and its cell runs again", async () => {
  const results = temporaryFolder();
  const stop = new AbortController();
  const ended = (_: unknown, done: number) => done > 5 && stop.abort();
  await expect(go(results, 150, { signal: stop.signal, progress: { ended } })).rejects.toThrow(InterruptedError);
  const ledger = join(results, "steady", runsIn(results)[0]!, "ledger.jsonl");
  const bytes = readFileSync(ledger);
  writeFileSync(ledger, bytes.subarray(0, bytes.length - 20));
  const notices: string[] = [];
  const { data } = await go(results, 150, { progress: { notice: (text) => notices.push(text) } });
  expect(notices.join()).toMatch(/the last line was damaged .*its cell runs again/);
  expect(existsSync(`${ledger}.damaged`)).toBe(true);
  expect(data.counts.ok).toBe(150);
});

test.each([
  ["results is a file", (results: string) => writeFileSync(results, "")],
  [
    "the experiment's folder is a file",
    (results: string) => {
      mkdirSync(results);
      writeFileSync(join(results, "steady"), "");
    },
  ],
])("%s: a StoreError, and nothing is left behind", async (_, prepare) => {
  const folder = temporaryFolder();
  const results = join(folder, "results");
  prepare(results);
  const before = readdirSync(folder, { recursive: true });
  await expect(go(results, 3)).rejects.toThrow(StoreError);
  await expect(go(results, 3)).rejects.toThrow(/cannot be written.*--results FOLDER/);
  expect(readdirSync(folder, { recursive: true })).toEqual(before);
});

test("a disk that fills up in mid-run is a StoreError, and the run goes on once there is room", async ({ skip }) => {
  const results = temporaryFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", results], { stdio: "ignore" });
  } catch {
    if (process.env.CI) throw new Error("no small disk can be mounted, so a full one cannot be tested");
    skip("NOT TESTED: a full disk, since mounting one is not permitted here");
  }
  try {
    const run = go(results, 1000);
    await expect(run).rejects.toThrow(StoreError);
    await expect(run).rejects.toThrow(/ledger\.jsonl: cannot be written.*What was recorded before is kept/);
    execFileSync("mount", ["-o", "remount,size=4m", results]);
    const { data } = await go(results, 1000);
    expect(data.manifest.starts).toBe(2);
    expect(data.counts.ok).toBe(1000);
    execFileSync("mount", ["-o", "remount,size=1m", results]);
  } finally {
    execFileSync("umount", [results]);
  }
}, 60_000);

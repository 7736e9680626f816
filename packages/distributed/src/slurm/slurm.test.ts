import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { jobs, type Outcome, scanLedger } from "@xattn/runner";
import { range } from "@xattn/runner/define";
import { describe, expect, test } from "vitest";
import { readTrace, startProducer, temporaryFolder, until } from "../../fixtures/processes.ts";
import { describeRun, experimentOf, slurmCommand } from "../../fixtures/setting.ts";
import { needsSlurm, startSlurm } from "../../fixtures/slurm.ts";
import { type SlurmOptions, slurmExecutor } from "./executor.ts";

async function execute(
  overrides: Readonly<Record<string, readonly (string | number)[]>>,
  more: Partial<SlurmOptions> & { readonly name?: string; readonly onBatch?: (cancel: () => void) => void } = {},
): Promise<Outcome[]> {
  const { name = "sweep", onBatch, ...options } = more;
  const experiment = await experimentOf(name, overrides);
  const executor = slurmExecutor({
    run: describeRun(experiment, "run"),
    folder: join(temporaryFolder(), "slurm"),
    ...slurmCommand,
    pollSeconds: 0.3,
    cores: 2,
    ...options,
  });
  const outcomes: Outcome[] = [];
  for await (const batch of executor.execute(jobs(experiment, new Set()), new Set())) {
    outcomes.push(...batch);
    onBatch?.(() => executor.cancel());
  }
  await executor.close();
  return outcomes;
}

const queue = () => execFileSync("squeue", ["--noheader"], { encoding: "utf8" }).trim();

describe("a cluster of one node", () => {
  test("200 cells in arrays end in one outcome each; a producer that is killed collects what tasks did", async (context) => {
    needsSlurm(context);
    await startSlurm();
    const trace = join(temporaryFolder(), "trace");
    process.env.DISTRIBUTED_TRACE = trace;
    const results = temporaryFolder();
    const words = {
      results,
      experiment: "sweep",
      overrides: { n: [1, 2] },
      slurm: { cores: 2, cellsPerTask: 64, tasksPerArray: 2 },
    };
    const producer = startProducer(words);
    await until(() => producer.done() > 0);
    producer.child.kill("SIGKILL");
    await producer.ended;
    const again = await startProducer(words).ended;
    expect(again.code, again.errors).toBe(0);
    const [name, ...others] = readdirSync(join(results, "sweep"));
    expect(others).toEqual([]);
    const folder = join(results, "sweep", name!);
    const cells: string[] = [];
    await scanLedger(join(folder, "ledger.jsonl"), (outcome) => {
      expect(outcome).toMatchObject({ status: "ok", host: { fingerprint: "here" } });
      cells.push(outcome.cell);
    });
    expect(cells).toHaveLength(200);
    expect(new Set(cells).size).toBe(200);
    // Tasks went on while the producer was gone, so nothing ran twice.
    expect([...readTrace(trace).values()]).toEqual(Array.from({ length: 200 }, () => 1));
    // The folder is like that of a run with another executor.
    expect(existsSync(join(folder, "slurm"))).toBe(false);
    expect(readFileSync(join(folder, "table.csv"), "utf8").trim().split("\n")).toHaveLength(201);
  }, 240_000);

  test("cancelling takes the tasks out of the queue", async (context) => {
    needsSlurm(context);
    const outcomes = await execute(
      { n: [1, 2], k: range(0, 63), action: ["wait"] },
      { cellsPerTask: 64, onBatch: (cancel) => cancel() },
    );
    expect(outcomes.length).toBeGreaterThan(0);
    expect(outcomes.length).toBeLessThan(128);
    await until(() => queue() === "");
  }, 240_000);

  test("a node with another install refuses, and the run ends with its reason", async (context) => {
    needsSlurm(context);
    process.env.DISTRIBUTED_LOCKFILE = "another-lockfile";
    const run = execute({ n: [1], k: [1] });
    await expect(run).rejects.toThrow(/^no node matches: .*lockfile another-lock where the run has lockfile/);
    delete process.env.DISTRIBUTED_LOCKFILE;
  }, 240_000);

  test("a block of timed arms runs on a node of its own", async (context) => {
    needsSlurm(context);
    const outcomes = await execute({ n: [1, 2] }, { name: "timed" });
    expect(outcomes).toHaveLength(4);
    for (const { parameters, values, status } of outcomes) {
      expect(status).toBe("ok");
      if (parameters.arm === "one") expect(values!.timeRatio).toBeGreaterThan(0);
    }
  }, 240_000);

  test("cells whose task is killed again and again are recorded as failed", async (context) => {
    needsSlurm(context);
    const outcomes = await execute({ n: [1], k: [1], action: ["kill-worker"] });
    expect(outcomes).toMatchObject([{ status: "failed", error: { name: "TaskLost" } }]);
  }, 240_000);
});

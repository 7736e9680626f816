import { cpSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../fixtures/folders.ts";
import { contextOf } from "../fixtures/run.ts";
import { normalized, soundSpec } from "../fixtures/specs.ts";
import { Channel } from "../src/executor/channel.ts";
import type { Executor } from "../src/executor/executor.ts";
import { runJob } from "../src/executor/run-job.ts";
import type { Outcome } from "../src/ledger/outcome.ts";
import type { Experiment } from "../src/normalize/normalize.ts";
import { runExperiment } from "../src/run/run-experiment.ts";
import { writeManifest } from "../src/store/run-folder.ts";

/** Runs cells in this process: what is tested is what is recorded. */
function executorHere({ measures, sampling }: Experiment, ran: string[]): Executor {
  return {
    async *execute(jobs) {
      for (const job of jobs) {
        const channel = new Channel<Outcome>();
        await runJob(job, measures.find(({ name }) => name === job.measure)!, {
          sampling,
          now: () => performance.now(),
          date: () => "2026-01-01T00:00:00.000Z",
          settle: () => Promise.resolve(),
          report: (outcome) => channel.push(outcome),
          onStep: () => {},
        });
        channel.end();
        for await (const outcome of channel) {
          ran.push(outcome.cell);
          yield [outcome];
        }
      }
    },
    cancel() {},
    close: () => Promise.resolve(),
  };
}

test("a run whose ledger was cut at any byte of its last line goes on, and has every cell once", async () => {
  const experiment = normalized({
    axes: { ...soundSpec.axes, n: [1, 2, 3] },
    measures: [soundSpec.measures[0]],
    fits: {},
    claims: [],
    charts: [],
  });
  const results = temporaryFolder();
  const ran: string[] = [];
  const go = (folder: string) => {
    ran.length = 0;
    const executor = () => executorHere(experiment, ran);
    return runExperiment(experiment, contextOf(folder, "sound.ts", experiment, { executor }));
  };
  const first = await go(results);
  const table = readFileSync(join(first.folder, "table.csv"), "utf8");
  const whole = readFileSync(join(first.folder, "ledger.jsonl"));
  const lastLine = whole.lastIndexOf(10, whole.length - 2) + 1;
  expect(ran).toHaveLength(6);
  expect(whole.length - lastLine).toBeGreaterThan(100);

  for (let bytes = lastLine; bytes < whole.length; bytes += 1) {
    const copy = join(temporaryFolder(), "results");
    cpSync(results, copy, { recursive: true });
    const folder = first.folder.replace(results, copy);
    truncateSync(join(folder, "ledger.jsonl"), bytes);
    const { endedAt: _, ...manifest } = first.data.manifest;
    writeManifest(folder, { ...manifest, state: "running" } as Parameters<typeof writeManifest>[1]);
    const again = await go(copy);
    expect(again.folder).toBe(folder);
    expect(ran).toHaveLength(1);
    expect(again.data.manifest).toMatchObject({ state: "complete", starts: 2 });
    expect(readFileSync(join(folder, "table.csv"), "utf8")).toBe(table);
    expect(readFileSync(join(folder, "ledger.jsonl"), "utf8").trim().split("\n")).toHaveLength(6);
  }
}, 60_000);

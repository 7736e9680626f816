/**
 * The main module of a worker process: imports the spec's file, then runs the jobs that the runner sends, one at
 * a time. Only parameters and outcomes cross the border between the processes.
 */
import { Worker } from "node:worker_threads";
import type { Measure } from "@xattn/measures/contract";
import { messageOf } from "../errors/errors.ts";
import type { Outcome } from "../ledger/outcome.ts";
import { isExperiment } from "../spec/experiment.ts";
import type { JobMessage, WorkerMessage } from "./protocol.ts";
import { runJob } from "./run-job.ts";

/** Outcomes of quick cells are sent together, at most this long after the first of them. */
const flushMs = 5;
const aliveMs = 100;

const [specUrl, runnerProcess, memory] = process.argv.slice(2) as [string, string, "tell" | "quiet"];
const now = () => performance.now();

// The terminal sends Ctrl-C to the whole group; the runner decides when a worker ends.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit(0));
watch(Number(runnerProcess), memory === "tell");

let measures: ReadonlyMap<string, Measure>;
try {
  measures = await loadMeasures(specUrl);
  send({ kind: "ready" });
} catch (error) {
  send({ kind: "broken", message: messageOf(error) });
  measures = new Map();
}

process.on("message", (message: JobMessage) => {
  void run(message);
});

async function run({ job, sampling }: JobMessage): Promise<void> {
  let waiting: Outcome[] = [];
  let flushed = now();
  let signed = now();
  const flush = () => {
    if (waiting.length > 0) send({ kind: "outcomes", outcomes: waiting });
    waiting = [];
    flushed = now();
  };
  await runJob(job, measures.get(job.measure)!, {
    sampling,
    now,
    date: () => new Date().toISOString(),
    settle: () => new Promise((resolve) => setImmediate(resolve)),
    report: (outcome) => {
      waiting.push(outcome);
    },
    onStep: () => {
      const time = now();
      if (waiting.length > 0 && time - flushed > flushMs) flush();
      if (time - signed > aliveMs) {
        send({ kind: "alive" });
        signed = time;
      }
    },
  });
  flush();
  send({ kind: "done" });
}

async function loadMeasures(url: string): Promise<ReadonlyMap<string, Measure>> {
  const module = (await import(url)) as { default?: unknown };
  if (!isExperiment(module.default)) throw new TypeError(`${url}: its default export is not an experiment`);
  return new Map((module.default.measures as readonly Measure[]).map((measure) => [measure.name, measure]));
}

function send(message: WorkerMessage): void {
  process.send?.(message);
}

/**
 * A thread of its own, which works even while a cell never returns: ends this process, and all that it started, when
 * the runner is gone, and tells how much memory this process has where the runner cannot see it.
 */
function watch(runner: number, tells: boolean): void {
  const code = `
    const { writeSync } = require("node:fs");
    setInterval(() => {
      if (process.ppid === ${runner}) return;
      try {
        if (process.platform !== "win32") process.kill(-process.pid, "SIGKILL");
      } catch {}
      process.kill(process.pid, "SIGKILL");
    }, 500);
    if (${tells}) setInterval(() => writeSync(4, process.memoryUsage.rss() + "\\n"), 100);
  `;
  new Worker(code, { eval: true, execArgv: [] }).unref();
}

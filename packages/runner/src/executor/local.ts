import type { Outcome } from "../ledger/outcome.ts";
import type { Cell, Job } from "../plan/plan.ts";
import type { Status } from "../run-data.ts";
import type { Sampling } from "../spec/experiment.ts";
import { Channel } from "./channel.ts";
import type { Executor, ExecutorEvents } from "./executor.ts";
import { type Exit, startWorker, type WorkerProcess } from "./worker-process.ts";

export interface LocalOptions extends ExecutorEvents {
  /** URL of the file that exports the experiment: each worker imports it. */
  readonly spec: string;
  readonly sampling: Sampling;
  readonly deadlineSeconds: number;
  /** Worker processes for cells that share the machine. */
  readonly workers: number;
  /** Flags for the workers' Node; those of this process when absent. */
  readonly execArgv?: readonly string[];
}

interface Lane {
  worker: WorkerProcess;
  job: Job | undefined;
  /** Cells of the job without an outcome yet. */
  open: Map<string, Cell>;
  timer: NodeJS.Timeout | undefined;
  overdue: boolean;
  ready: boolean;
}

/** Starting a process and importing the spec is not a cell's fault, however short its deadline. */
const startSeconds = 60;
/** A worker that dies this often before it is ready will not do better the next time. */
const mostFailedStarts = 3;

/**
 * The default executor: a pool of child processes on this machine. A cell that crashes its process or runs past
 * its deadline costs that process and that cell only. Cells that need the machine to themselves run one job at a
 * time, with nothing else under way.
 */
export function localExecutor(options: LocalOptions): Executor {
  const lanes = new Set<Lane>();
  const again: Job[] = [];
  let channel: Channel<readonly Outcome[]>;
  let queue: Iterator<Job>;
  let held: Job | undefined;
  let exhausted = false;
  let failedStarts = 0;
  let stopped = false;

  function next(): Job | undefined {
    if (held) return held;
    held = again.shift();
    if (!held && !exhausted) {
      const step = queue.next();
      if (step.done) exhausted = true;
      else held = step.value;
    }
    return held;
  }

  /** Starts what can start; ends the channel when nothing is left. */
  function pump(): void {
    if (stopped) return;
    try {
      for (;;) {
        const job = next();
        const busy = [...lanes].filter((lane) => lane.job);
        if (!job) {
          if (busy.length === 0) channel.end();
          return;
        }
        const alone = job.exclusive || busy.some((lane) => lane.job?.exclusive);
        if (alone ? busy.length > 0 : busy.length >= options.workers) return;
        held = undefined;
        start(job, [...lanes].find((lane) => !lane.job) ?? open());
      }
    } catch (error) {
      fail(error);
    }
  }

  function open(): Lane {
    const lane: Lane = {
      worker: startWorker({
        spec: options.spec,
        execArgv: options.execArgv ?? process.execArgv,
        onMessage: (message) => {
          if (message.kind === "ready") {
            lane.ready = true;
            failedStarts = 0;
          }
          rearm(lane);
          if (message.kind === "broken") fail(new Error(`a worker process cannot load the spec: ${message.message}`));
          else if (message.kind === "outcomes") take(lane, message.outcomes);
          else if (message.kind === "done") {
            finish(lane);
            pump();
          }
        },
      }),
      job: undefined,
      open: new Map(),
      timer: undefined,
      overdue: false,
      ready: false,
    };
    lanes.add(lane);
    void lane.worker.ended.then((exit) => bury(lane, exit));
    return lane;
  }

  function start(job: Job, lane: Lane): void {
    lane.job = job;
    lane.open = new Map(job.cells.map((cell) => [cell.hash, cell]));
    options.onStart?.(job);
    rearm(lane);
    lane.worker.send({ kind: "job", job, sampling: options.sampling });
  }

  function take(lane: Lane, outcomes: readonly Outcome[]): void {
    const wanted = outcomes.filter((outcome) => lane.open.delete(outcome.cell));
    if (wanted.length > 0 && !stopped) channel.push(wanted);
  }

  function finish(lane: Lane): void {
    clearTimeout(lane.timer);
    lane.job = undefined;
  }

  function rearm(lane: Lane): void {
    clearTimeout(lane.timer);
    if (!lane.job) return;
    const seconds = lane.ready ? options.deadlineSeconds : Math.max(startSeconds, options.deadlineSeconds);
    lane.timer = setTimeout(() => {
      lane.overdue = true;
      lane.worker.kill();
    }, seconds * 1000);
  }

  /** A process ended: its cells without an outcome run again one by one; one that was alone is to blame. */
  function bury(lane: Lane, exit: Exit): void {
    lanes.delete(lane);
    const { job } = lane;
    finish(lane);
    if (stopped) return;
    if (!lane.ready) {
      failedStarts += 1;
      if (failedStarts >= mostFailedStarts) {
        fail(new Error(`worker processes do not start: the last one ${exit.how}. ${exit.lastWords}`.trim()));
        return;
      }
      if (job) again.push({ ...job, cells: [...lane.open.values()] });
    } else if (job && lane.open.size > 0) {
      const cells = [...lane.open.values()];
      if (job.cells.length + job.companions.length === 1) {
        channel.push([lastOutcome(cells[0]!, lane.overdue ? "timeout" : "failed", exit, options.deadlineSeconds)]);
      } else {
        const why = lane.overdue ? `gave no sign for ${options.deadlineSeconds} s` : exit.how;
        options.onNotice?.(`a worker process ${why}; its ${cells.length} open cells run again one by one`);
        again.push(...cells.map((cell) => ({ ...job, id: cell.hash.slice(0, 16), cells: [cell], companions: [] })));
      }
    }
    pump();
  }

  function fail(error: unknown): void {
    stopped = true;
    channel.fail(error);
    killAll();
  }

  function killAll(): void {
    for (const lane of lanes) {
      clearTimeout(lane.timer);
      lane.worker.kill();
    }
  }

  return {
    execute(jobs) {
      channel = new Channel();
      if (stopped) channel.end();
      queue = jobs[Symbol.iterator]();
      pump();
      return channel;
    },
    cancel() {
      stopped = true;
      killAll();
      channel?.end();
    },
    async close() {
      stopped = true;
      killAll();
      await Promise.all([...lanes].map((lane) => lane.worker.ended));
    },
  };
}

function lastOutcome(cell: Cell, status: Extract<Status, "failed" | "timeout">, exit: Exit, deadline: number): Outcome {
  const said = exit.lastWords ? `; last words: ${exit.lastWords}` : "";
  return {
    cell: cell.hash,
    measure: cell.measure,
    parameters: cell.parameters,
    seed: cell.seed,
    status,
    error:
      status === "timeout"
        ? { name: "Timeout", message: `gave no sign for ${deadline} s and was killed${said}` }
        : { name: "WorkerCrash", message: `its process ${exit.how}${said}` },
    seconds: status === "timeout" ? deadline : 0,
    at: new Date().toISOString(),
  };
}

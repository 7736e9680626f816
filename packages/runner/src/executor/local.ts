import type { Outcome } from "../ledger/outcome.ts";
import type { Cell, Job } from "../plan/plan.ts";
import type { Sampling } from "../spec/experiment.ts";
import { consequence, type Death } from "./attempts.ts";
import { Channel } from "./channel.ts";
import { type Deadline, deadline } from "./deadline.ts";
import { type DeathReport, describeDeath, outcomeOfDeath } from "./death.ts";
import type { Executor, ExecutorEvents } from "./executor.ts";
import { defaultMemoryLimit, isStopped, residentBytes } from "./memory.ts";
import { type Exit, startWorker, type WorkerProcess } from "./worker-process.ts";

export interface LocalOptions extends ExecutorEvents {
  /** URL of the file that exports the experiment: each worker imports it. */
  readonly spec: string;
  readonly sampling: Sampling;
  readonly deadlineSeconds: number;
  /** Worker processes for cells that share the machine. */
  readonly workers: number;
  /**
   * Bytes that one worker process may have in memory, of any kind. When absent: 80 % of the machine's memory, or of
   * the limit that its container has, for a cell that is alone; an equal share of that for cells that are not.
   */
  readonly memoryLimitBytes?: number;
  /** How often a cell runs once more after its process died under it; 1 when absent. */
  readonly retries?: number;
  /** Flags for the workers' Node; those of this process when absent. */
  readonly execArgv?: readonly string[];
  /** Who reads the memory of a worker: its runner, or itself as a system without `/proc` demands. */
  readonly memoryReader?: "runner" | "worker";
}

/** A job to be done, and how often its only cell was tried by itself before. */
interface Task {
  readonly job: Job;
  readonly tried: number;
}

interface Lane {
  worker: WorkerProcess;
  task: Task | undefined;
  /** Cells of the job without an outcome yet. */
  open: Map<string, Cell>;
  readonly deadline: Deadline;
  /** Set when the runner had to kill it. */
  death: Death | undefined;
  /** The most memory that it was seen to have when it was killed for that. */
  used: number;
  ready: boolean;
  readonly startedAt: number;
  /** Jobs that it was given. */
  jobs: number;
}

/** Starting a process and importing the spec is not a cell's fault, however short its deadline. */
const startSeconds = 60;
/** A worker that dies this often before it is ready will not do better the next time. */
const mostFailedStarts = 3;
/** Memory can grow by some hundred megabytes from one look to the next. */
const memoryEveryMs = 100;

/**
 * The default executor: a pool of child processes on this machine. A cell that crashes its process, runs past its
 * deadline or takes too much memory costs that process and that cell only. Cells that need the machine to themselves
 * run one job at a time, with nothing else under way.
 */
export function localExecutor(options: LocalOptions): Executor {
  const retries = options.retries ?? 1;
  const tellsMemory =
    (options.memoryReader ?? (residentBytes(process.pid) === undefined ? "worker" : "runner")) === "worker";
  const execArgv = withHeapLimit(options.execArgv ?? process.execArgv, options.memoryLimitBytes);
  const lanes = new Set<Lane>();
  const again: Task[] = [];
  let channel: Channel<readonly Outcome[]>;
  let queue: Iterator<Job>;
  let held: Task | undefined;
  let exhausted = false;
  let failedStarts = 0;
  let stopped = false;
  let watch: NodeJS.Timeout | undefined;

  function next(): Task | undefined {
    if (held) return held;
    held = again.shift();
    if (!held && !exhausted) {
      const step = queue.next();
      if (step.done) exhausted = true;
      else held = { job: step.value, tried: 0 };
    }
    return held;
  }

  /** Starts what can start; ends the channel when nothing is left. */
  function pump(): void {
    if (stopped) return;
    try {
      for (;;) {
        const task = next();
        const busy = [...lanes].filter((lane) => lane.task);
        if (!task) {
          if (busy.length === 0) channel.end();
          return;
        }
        const alone = task.job.exclusive || busy.some((lane) => lane.task?.job.exclusive);
        if (alone ? busy.length > 0 : busy.length >= options.workers) return;
        held = undefined;
        start(task, laneFor(task));
      }
    } catch (error) {
      fail(error);
    }
  }

  /** A cell whose process died gets one that has done nothing yet, in place of an idle one. */
  function laneFor(task: Task): Lane {
    const idle = [...lanes].filter((lane) => !lane.task && !lane.death);
    if (task.tried === 0) return idle[0] ?? open();
    const unused = idle.find((lane) => lane.jobs === 0);
    if (unused) return unused;
    if (lanes.size >= options.workers && idle[0]) {
      idle[0].death = "crash";
      idle[0].worker.kill();
    }
    return open();
  }

  function open(): Lane {
    const lane: Lane = {
      worker: startWorker({
        spec: options.spec,
        execArgv,
        tellsMemory,
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
      task: undefined,
      open: new Map(),
      deadline: deadline(() => overdue(lane)),
      death: undefined,
      used: 0,
      ready: false,
      startedAt: performance.now(),
      jobs: 0,
    };
    lanes.add(lane);
    watch ??= setInterval(watchMemory, memoryEveryMs).unref();
    void lane.worker.ended.then((exit) => bury(lane, exit));
    return lane;
  }

  function start(task: Task, lane: Lane): void {
    lane.task = task;
    lane.jobs += 1;
    lane.open = new Map(task.job.cells.map((cell) => [cell.hash, cell]));
    options.onStart?.(task.job);
    rearm(lane);
    lane.worker.send({ kind: "job", job: task.job, sampling: options.sampling });
  }

  function take(lane: Lane, outcomes: readonly Outcome[]): void {
    const attempts = (lane.task?.tried ?? 0) + 1;
    const wanted = outcomes
      .filter((outcome) => lane.open.delete(outcome.cell))
      .map((outcome) => (attempts > 1 ? { ...outcome, attempts } : outcome));
    if (wanted.length > 0 && !stopped) channel.push(wanted);
  }

  function finish(lane: Lane): void {
    lane.deadline.stop();
    lane.task = undefined;
  }

  function rearm(lane: Lane): void {
    if (!lane.task) lane.deadline.stop();
    else lane.deadline.start(options.deadlineSeconds);
  }

  function overdue(lane: Lane): void {
    const stopped = lane.worker.id !== undefined && isStopped(lane.worker.id);
    const starting = !lane.ready && performance.now() - lane.startedAt < 1000 * startSeconds;
    if (starting && !stopped) rearm(lane);
    else {
      lane.death = stopped ? "stopped" : "overdue";
      lane.worker.kill();
    }
  }

  function limitOf(task: Task | undefined): number {
    return options.memoryLimitBytes ?? defaultMemoryLimit(options.workers, task?.job.exclusive ?? false);
  }

  function watchMemory(): void {
    for (const lane of lanes) {
      const used = lane.worker.memory() ?? 0;
      if (used <= limitOf(lane.task) || lane.death) continue;
      lane.death = "oversized";
      lane.used = used;
      lane.worker.kill();
    }
  }

  /** A process ended: its cells without an outcome run again one by one; one that was alone is to blame. */
  function bury(lane: Lane, exit: Exit): void {
    lanes.delete(lane);
    const { task } = lane;
    const memory = { used: lane.used, limit: limitOf(task) };
    finish(lane);
    if (stopped) return;
    const report: DeathReport = {
      death: lane.death ?? "crash",
      exit,
      memory,
      deadlineSeconds: options.deadlineSeconds,
    };
    const open = [...lane.open.values()];
    if (!lane.ready) {
      failedStarts += 1;
      if (failedStarts >= mostFailedStarts) {
        const last = `the last one ${describeDeath(report)}. ${exit.lastWords}`.trim();
        fail(new Error(`worker processes do not start: ${last}`));
        return;
      }
      if (task) again.push({ ...task, job: { ...task.job, cells: open } });
    } else if (task && open.length > 0) mourn(task, open, lane.jobs === 1, report);
    pump();
  }

  function mourn({ job, tried }: Task, open: readonly Cell[], fresh: boolean, report: DeathReport): void {
    const alone = job.cells.length + job.companions.length === 1;
    const number = tried + 1;
    const what = consequence(report.death, { alone, fresh, number }, retries);
    if (what === "blame") {
      channel.push([outcomeOfDeath(open[0]!, report, number)]);
      return;
    }
    const cells = open.length === 1 ? "its cell runs" : `its ${open.length} open cells run`;
    options.onNotice?.(
      `a worker process ${describeDeath(report)}; ${cells} again${open.length > 1 ? " one by one" : ""}`,
    );
    for (const cell of open) {
      const single = { ...job, id: cell.hash.slice(0, 16), cells: [cell], companions: [] };
      again.push({ job: single, tried: alone ? number : 0 });
    }
  }

  function fail(error: unknown): void {
    stopped = true;
    channel.fail(error);
    killAll();
  }

  function killAll(): void {
    clearInterval(watch);
    for (const lane of lanes) {
      lane.deadline.stop();
      lane.worker.kill();
    }
  }

  return {
    execute(jobs) {
      channel = new Channel();
      if (stopped) channel.end();
      exhausted = false;
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

/** The heap gets the same limit, so that the garbage collector works towards it; an own flag of the caller stays. */
function withHeapLimit(flags: readonly string[], limit: number | undefined): readonly string[] {
  if (limit === undefined || flags.some((flag) => flag.startsWith("--max-old-space-size"))) return flags;
  return [...flags, `--max-old-space-size=${Math.max(16, Math.floor(limit / 2 ** 20))}`];
}

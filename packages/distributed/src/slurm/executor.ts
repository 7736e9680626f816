import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Cell, type Executor, type ExecutorEvents, type Job, type Outcome, writeAtomic } from "@xattn/runner";
import { NoWorkerError } from "../errors/errors.ts";
import type { RunDescription } from "../run/description.ts";
import { cancelAll, type QueuedTask, queuedTasks, submit } from "./commands.ts";
import { type ChunkFile, removeFolder, slurmFiles, submissionsIn, writeChunk } from "./files.ts";
import { leftOf, type Pack, type PeekIterator, pack, peekable } from "./pack.ts";
import { sbatchScript } from "./script.ts";
import { Submission, type Task } from "./submission.ts";

export interface SlurmSettings {
  /** Cores of a task for cells that share a node, which are as many cells at once; 1 when absent. */
  readonly cores?: number;
  /** Cells that share a node, in one task; 256 when absent. */
  readonly cellsPerTask?: number;
  /** Blocks that need a node to themselves, in one task; 4 when absent. */
  readonly blocksPerTask?: number;
  /** Tasks of an array; 100 when absent. Slurm's MaxArraySize, 1001 unless set otherwise, is the limit. */
  readonly tasksPerArray?: number;
}

export interface SlurmOptions extends SlurmSettings, ExecutorEvents {
  readonly run: RunDescription;
  /** A folder of the run, on a file system that all nodes see. */
  readonly folder: string;
  /** The command that runs a chunk file on a node; the file's path follows as its last word. */
  readonly command: readonly string[];
  /** Where the command runs. */
  readonly cwd: string;
  /** Seconds between two looks; 2 when absent. */
  readonly pollSeconds?: number;
  /** Seconds that Slurm's controller may be away; 300 when absent. */
  readonly outageSeconds?: number;
}

/** Arrays that wait or run at once: while one runs, the next waits. */
const mostSubmissions = 2;
/** A task that is gone from the queue may have written what a network's file system does not show yet. */
const settleLooks = 2;
/** Cells whose task ended so often without any outcome are recorded as failed. */
const mostTries = 3;
const tellSeconds = 60;

export function settingsOf(settings: SlurmSettings): Required<SlurmSettings> {
  const { cores = 1, cellsPerTask = 256, blocksPerTask = 4, tasksPerArray = 100 } = settings;
  return { cores, cellsPerTask, blocksPerTask, tasksPerArray };
}

/**
 * Runs cells as job arrays of Slurm, a chunk a task. Each task appends outcomes to a file of its own, and this process
 * reads them; so tasks go on when it ends, and a later start collects what they did.
 *
 * @throws SlurmError when a command of Slurm fails for longer than `outageSeconds`
 * @throws NoWorkerError when nodes refuse the run, with the reason
 */
export function slurmExecutor(options: SlurmOptions): Executor {
  let cancel: () => void = () => {};
  const cancelled = new Promise<"cancelled">((resolve) => {
    cancel = () => resolve("cancelled");
  });
  let isCancelled = false;
  return {
    async *execute(jobs, known) {
      if (isCancelled) return;
      const arrays = new Arrays(options);
      const steps = arrays.run(jobs, known, cancelled);
      let finished = false;
      let next: Promise<unknown> = Promise.resolve();
      try {
        for (;;) {
          const ahead = steps.next();
          next = ahead;
          const step = await Promise.race([ahead, cancelled]);
          if (step === "cancelled") return;
          if (step.done) {
            finished = true;
            return;
          }
          yield step.value;
        }
      } finally {
        arrays.stop();
        // What is just being submitted has to be known before it can be cancelled.
        await next.catch(() => {});
        await arrays.leave(finished);
      }
    },
    cancel() {
      isCancelled = true;
      cancel();
    },
    async close() {},
  };
}

class Arrays {
  readonly #options: SlurmOptions;
  readonly #settings: Required<SlurmSettings>;
  readonly #submissions = new Map<string, Submission>();
  #stopped = false;
  #answered = performance.now();
  #told = performance.now();

  constructor(options: SlurmOptions) {
    this.#options = options;
    this.#settings = settingsOf(options);
  }

  async *run(
    jobs: Iterable<Job>,
    known: ReadonlySet<string>,
    cancelled: Promise<unknown>,
  ): AsyncGenerator<readonly Outcome[]> {
    const { folder, run } = this.#options;
    const recovered = new Set<string>();
    yield* this.#recover(known, recovered);
    mkdirSync(folder, { recursive: true });
    writeAtomic(join(folder, slurmFiles.run), JSON.stringify(run));
    // What the earlier start has in hand is not planned, also once it is done.
    for (const { tasks } of this.#submissions.values()) {
      for (const hash of tasks.flatMap(({ open }) => [...open.keys()])) recovered.add(hash);
    }
    const plan = peekable(planWithout(jobs, recovered));
    while (!this.#stopped) {
      await this.#fill(plan);
      if (this.#submissions.size === 0) return;
      await Promise.race([pause((this.#options.pollSeconds ?? 2) * 1000), cancelled]);
      if (this.#stopped) return;
      // Slurm is asked first: what a task wrote before it was gone from the queue is read after.
      const queued = await this.#queued();
      for (const submission of this.#submissions.values()) yield* this.#collect(submission, queued);
      this.#tellWaiting(queued);
    }
  }

  /** Nothing is submitted from here on. */
  stop(): void {
    this.#stopped = true;
  }

  async leave(finished: boolean): Promise<void> {
    if (finished) removeFolder(this.#options.folder);
    else
      await cancelAll([...this.#submissions.keys()]).catch((error: Error) => this.#options.onNotice?.(error.message));
  }

  /** What an earlier start left behind: outcomes that the ledger has not, and tasks that still wait or run. */
  async *#recover(known: ReadonlySet<string>, recovered: Set<string>): AsyncGenerator<readonly Outcome[]> {
    const { folder } = this.#options;
    const earlier = submissionsIn(folder).map(
      ({ name, chunks }) => new Submission(name, join(folder, name), chunks, known),
    );
    const queued = await queuedTasks(earlier.map(({ name }) => name));
    for (const submission of earlier) {
      for (const task of submission.tasks) {
        const outcomes = await submission.read(task);
        for (const { cell } of outcomes) recovered.add(cell);
        if (outcomes.length > 0) yield outcomes;
        // What is not in the queue is planned anew.
        if (!isQueued(submission, task, queued)) task.open.clear();
      }
      if (!submission.isFinished) this.#submissions.set(submission.name, submission);
    }
    const open = this.#open();
    if (recovered.size > 0)
      this.#options.onNotice?.(`${recovered.size} outcomes of the earlier start were in ${folder}`);
    if (open > 0) this.#options.onNotice?.(`Slurm still has ${open} cells of the earlier start`);
  }

  async #fill(plan: PeekIterator<Job>): Promise<void> {
    while (this.#submissions.size < mostSubmissions) {
      const next = pack(plan, this.#settings);
      if (!next) return;
      await this.#submit(next, 0);
      for (const job of next.chunks.flatMap(({ jobs }) => jobs)) this.#options.onStart?.(job);
    }
  }

  async #submit({ lane, chunks, cells }: Pack, tried: number): Promise<void> {
    const { command, cwd } = this.#options;
    const name = `xattn-${this.#options.run.experiment}-${randomBytes(5).toString("hex")}`;
    const folder = join(this.#options.folder, name);
    mkdirSync(folder);
    for (const chunk of chunks) writeChunk(folder, chunk);
    const { cores } = this.#settings;
    const script = join(folder, slurmFiles.script);
    writeAtomic(script, sbatchScript({ name, lane, tasks: chunks.length, cells, cores, folder, command, cwd }));
    await submit(script);
    this.#submissions.set(name, new Submission(name, folder, chunks, new Set(), tried));
  }

  /** @throws SlurmError when the controller is away for too long */
  async #queued(): Promise<readonly QueuedTask[] | undefined> {
    try {
      const queued = await queuedTasks([...this.#submissions.keys()]);
      this.#answered = performance.now();
      return queued;
    } catch (error) {
      if (performance.now() - this.#answered > (this.#options.outageSeconds ?? 300) * 1000) throw error;
      return undefined;
    }
  }

  async *#collect(
    submission: Submission,
    queued: readonly QueuedTask[] | undefined,
  ): AsyncGenerator<readonly Outcome[]> {
    const lost: Task[] = [];
    for (const task of submission.tasks) {
      const outcomes = await submission.read(task);
      if (outcomes.length > 0) yield outcomes;
      if (task.open.size === 0 || queued === undefined || isQueued(submission, task, queued)) task.looks = 0;
      else if (++task.looks >= settleLooks) lost.push(task);
    }
    if (lost.length > 0) yield* this.#again(submission, lost);
    if (submission.isFinished) {
      this.#submissions.delete(submission.name);
      removeFolder(submission.folder);
    }
  }

  /** Tasks that are gone from the queue with cells undone: the cells are handed in again, and after some tries recorded. */
  async *#again(submission: Submission, lost: readonly Task[]): AsyncGenerator<readonly Outcome[]> {
    const chunks: ChunkFile[] = [];
    let tried = 0;
    for (const task of lost) {
      const { refused, text } = submission.lastWords(task);
      const planned = task.jobs.reduce((sum, { cells }) => sum + cells.length, 0);
      const tries = task.open.size < planned ? 0 : submission.tried + 1;
      if (tries >= mostTries) {
        if (refused)
          throw new NoWorkerError(`no node matches: ${text}. What was recorded is kept; the same command goes on.`);
        yield [...task.open.values()].map((cell) => taskLost(cell, text));
      } else {
        tried = Math.max(tried, tries);
        chunks.push({ task: chunks.length, jobs: leftOf(task.jobs, task.open) });
        const said = text === "" ? "" : ` (${text})`;
        this.#options.onNotice?.(
          `a task of ${submission.name} ended with ${task.open.size} cells undone${said}; they are handed in again`,
        );
      }
      task.open.clear();
    }
    if (chunks.length === 0) return;
    const cells = chunks.flatMap(({ jobs }) => jobs).reduce((sum, job) => sum + job.cells.length, 0);
    await this.#submit({ lane: chunks[0]!.jobs[0]!.exclusive ? "alone" : "shared", chunks, cells }, tried);
  }

  /** A queue may be long: a person should know what is waited for. */
  #tellWaiting(queued: readonly QueuedTask[] | undefined): void {
    if (performance.now() - this.#told < tellSeconds * 1000) return;
    this.#told = performance.now();
    const waiting = (queued ?? []).filter(({ state }) => state === "PD");
    if (queued === undefined) this.#options.onNotice?.("Slurm's controller does not answer; looking again");
    else if (waiting.length > 0 && waiting.length === queued.length) {
      const reasons = [...new Set(waiting.map(({ reason }) => reason))].join(", ");
      this.#options.onNotice?.(`${waiting.length} tasks wait in Slurm's queue: ${reasons}`);
    }
  }

  #open(): number {
    return [...this.#submissions.values()].flatMap(({ tasks }) => tasks).reduce((sum, { open }) => sum + open.size, 0);
  }
}

function* planWithout(jobs: Iterable<Job>, skipped: ReadonlySet<string>): Generator<Job> {
  for (const job of jobs) {
    const open = job.cells.filter(({ hash }) => !skipped.has(hash)).map((cell) => [cell.hash, cell] as const);
    yield* leftOf([job], new Map(open));
  }
}

function isQueued({ name }: Submission, { number }: Task, queued: readonly QueuedTask[]): boolean {
  return queued.some((other) => other.name === name && other.task === number);
}

function taskLost(cell: Cell, words: string): Outcome {
  return {
    cell: cell.hash,
    measure: cell.measure,
    parameters: cell.parameters,
    seed: cell.seed,
    status: "failed",
    error: {
      name: "TaskLost",
      message: `its Slurm task ended ${mostTries} times without an outcome${words ? `: ${words}` : ""}`,
    },
    seconds: 0,
    at: new Date().toISOString(),
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

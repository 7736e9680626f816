import type { Cell, Job } from "@xattn/runner";
import { type Lane, laneOf } from "../run/chunk.ts";
import type { ChunkFile } from "./files.ts";

export interface PackOptions {
  readonly cellsPerTask: number;
  readonly blocksPerTask: number;
  readonly tasksPerArray: number;
}

/** Tasks of one array. */
export interface Pack {
  readonly lane: Lane;
  readonly chunks: readonly ChunkFile[];
  readonly cells: number;
}

/**
 * Takes from a plan what one array may hold: jobs of one lane, some to a task. A task holds whole jobs, so that a block
 * of timed arms runs on one node.
 *
 * @param plan where the jobs come from; one that belongs to the next array is put back by `peek`
 */
export function pack(plan: PeekIterator<Job>, options: PackOptions): Pack | undefined {
  const first = plan.peek();
  if (!first) return undefined;
  const lane = laneOf(first);
  const tasks: Job[][] = [];
  let weight = 0;
  const most = lane === "alone" ? options.blocksPerTask : options.cellsPerTask;
  for (let job = plan.peek(); job && laneOf(job) === lane; job = plan.peek()) {
    const own = lane === "alone" ? 1 : job.cells.length;
    if (tasks.length === 0 || weight + own > most) {
      if (tasks.length === options.tasksPerArray) break;
      tasks.push([]);
      weight = 0;
    }
    tasks.at(-1)!.push(job);
    weight += own;
    plan.take();
  }
  return {
    lane,
    chunks: tasks.map((jobs, task) => ({ task, jobs })),
    cells: tasks.flat().reduce((sum, { cells }) => sum + cells.length, 0),
  };
}

/** An iterator whose next item can be looked at before it is taken. */
export interface PeekIterator<Item> {
  peek(): Item | undefined;
  take(): void;
}

export function peekable<Item>(items: Iterable<Item>): PeekIterator<Item> {
  const iterator = items[Symbol.iterator]();
  let held: Item | undefined;
  let ended = false;
  return {
    peek() {
      if (held === undefined && !ended) {
        const step = iterator.next();
        if (step.done) ended = true;
        else held = step.value;
      }
      return held;
    },
    take() {
      held = undefined;
    },
  };
}

/** What is left of the jobs of a task. */
export function leftOf(jobs: readonly Job[], open: ReadonlyMap<string, Cell>): Job[] {
  return jobs.flatMap((job) => {
    const cells = job.cells.filter(({ hash }) => open.has(hash));
    if (cells.length === 0) return [];
    const done = job.exclusive ? job.cells.filter(({ hash }) => !open.has(hash)) : [];
    return [{ ...job, cells, companions: [...job.companions, ...done] }];
  });
}

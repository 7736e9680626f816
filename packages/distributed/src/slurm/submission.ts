import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Cell, type Job, type Outcome, scanLedger } from "@xattn/runner";
import { z } from "zod";
import { parseOutcomes } from "../run/outcome.ts";
import { type ChunkFile, slurmFiles } from "./files.ts";

/** A task of an array, as its producer sees it. */
export interface Task {
  readonly number: number;
  readonly jobs: readonly Job[];
  /** Cells without an outcome yet. */
  readonly open: Map<string, Cell>;
  /** Bytes of its outcomes that were read. */
  size: number;
  /** Looks in a row at which it was not in the queue. */
  looks: number;
}

/** An array that was handed to Slurm. */
export class Submission {
  readonly name: string;
  readonly folder: string;
  readonly tasks: readonly Task[];
  /** How often its cells were handed in before without any of them ending. */
  readonly tried: number;

  constructor(name: string, folder: string, chunks: readonly ChunkFile[], known: ReadonlySet<string>, tried = 0) {
    this.name = name;
    this.folder = folder;
    this.tried = tried;
    this.tasks = chunks.map(({ task, jobs }) => ({
      number: task,
      jobs,
      open: new Map(
        jobs.flatMap(({ cells }) => cells.filter(({ hash }) => !known.has(hash)).map((cell) => [cell.hash, cell])),
      ),
      size: 0,
      looks: 0,
    }));
  }

  get isFinished(): boolean {
    return this.tasks.every(({ open }) => open.size === 0);
  }

  /** Outcomes that a task has recorded and nobody has read; a line that is being written is read the next time. */
  async read(task: Task): Promise<readonly Outcome[]> {
    const file = join(this.folder, slurmFiles.outcomes(task.number));
    const size = existsSync(file) ? statSync(file).size : 0;
    if (size === task.size || task.open.size === 0) return [];
    task.size = size;
    const found: Outcome[] = [];
    await scanLedger(file, (outcome) => {
      const cell = task.open.get(outcome.cell);
      const [checked] = cell ? (parseOutcomes(JSON.stringify([outcome])) ?? []) : [];
      if (!cell || !checked) return;
      task.open.delete(cell.hash);
      // What a cell is comes from the plan, and not from a file.
      found.push({ ...checked, measure: cell.measure, parameters: cell.parameters, seed: cell.seed });
    });
    return found;
  }

  /** Why a task did not do its cells, as far as it said so itself; else the end of what it printed. */
  lastWords(task: Task): { readonly refused: boolean; readonly text: string } {
    const refusal = join(this.folder, slurmFiles.refusal(task.number));
    if (existsSync(refusal)) return { refused: true, text: z.string().parse(readFileSync(refusal, "utf8")) };
    const log = join(this.folder, slurmFiles.log(task.number));
    const text = existsSync(log)
      ? readFileSync(log, "utf8")
          .trim()
          .split(/\s*\n\s*/)
          .slice(-3)
          .join(" | ")
      : "";
    return { refused: false, text: text.slice(-500) };
  }
}

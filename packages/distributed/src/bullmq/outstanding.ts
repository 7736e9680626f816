import type { Cell, Job, Outcome } from "@xattn/runner";
import { type Lane, laneOf } from "../run/chunk.ts";

/** A job that was handed out and is not finished. */
export interface Chunk {
  readonly id: string;
  readonly job: Job;
  readonly lane: Lane;
  /** Cells without an outcome yet. */
  readonly open: Map<string, Cell>;
}

/** What was handed out and has no outcome yet: bounded, whatever the size of the run. */
export class Outstanding {
  readonly #chunks = new Map<string, Chunk>();
  readonly #chunkOf = new Map<string, string>();

  get size(): number {
    return this.#chunks.size;
  }

  get cells(): number {
    return this.#chunkOf.size;
  }

  /** Cells that wait for an outcome. */
  open(): Iterable<string> {
    return this.#chunkOf.keys();
  }

  chunk(id: string): Chunk | undefined {
    return this.#chunks.get(id);
  }

  chunks(): readonly Chunk[] {
    return [...this.#chunks.values()];
  }

  /** @param cells those of the job that wait for an outcome */
  add(id: string, job: Job, cells: readonly Cell[] = job.cells): void {
    if (cells.length === 0) return;
    this.#chunks.set(id, { id, job, lane: laneOf(job), open: new Map(cells.map((cell) => [cell.hash, cell])) });
    for (const { hash } of cells) this.#chunkOf.set(hash, id);
  }

  remove(id: string): void {
    for (const hash of this.#chunks.get(id)?.open.keys() ?? []) this.#chunkOf.delete(hash);
    this.#chunks.delete(id);
  }

  /**
   * Takes an outcome: what a cell is comes from the plan, not from the wire.
   *
   * @returns nothing when no chunk waits for it; else the outcome, and the chunk that it finished, if it did
   */
  settle(outcome: Outcome): { readonly outcome: Outcome; readonly finished: string | undefined } | undefined {
    const id = this.#chunkOf.get(outcome.cell);
    const chunk = id === undefined ? undefined : this.#chunks.get(id);
    const cell = chunk?.open.get(outcome.cell);
    if (!chunk || !cell) return undefined;
    chunk.open.delete(cell.hash);
    this.#chunkOf.delete(cell.hash);
    if (chunk.open.size === 0) this.#chunks.delete(chunk.id);
    const { measure, parameters, seed } = cell;
    return {
      outcome: { ...outcome, measure, parameters, seed },
      finished: chunk.open.size === 0 ? chunk.id : undefined,
    };
  }
}

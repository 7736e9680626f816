import { createHash } from "node:crypto";
import type { Cell, Job } from "@xattn/runner";
import { z } from "zod";

/** Which queue a job waits in: `alone` needs a machine to itself. */
export type Lane = "shared" | "alone";

export function laneOf(job: { readonly exclusive: boolean }): Lane {
  return job.exclusive ? "alone" : "shared";
}

const cell = z.object({
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  measure: z.string(),
  parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  seed: z.number(),
});

const jobSchema = z.object({
  id: z.string(),
  measure: z.string(),
  exclusive: z.boolean(),
  cells: z.array(cell).min(1),
  companions: z.array(cell),
});

/** @throws ZodError when it is no job */
export function parseJob(data: unknown): Job {
  return jobSchema.parse(data);
}

/** SHA-256 of what a job is to compute: the same job has the same name, whoever plans it. */
export function chunkId(job: Job): string {
  const hash = createHash("sha256").update(job.measure);
  for (const { hash: text } of job.cells) hash.update(`\0${text}`);
  for (const { hash: text } of job.companions) hash.update(`\0+${text}`);
  return hash.digest("hex");
}

/**
 * A job in parts of at most `most` cells, without cells for which `skip` is true. A job that needs a machine to
 * itself stays whole: its arms are timed in turns on one host, and their ratios are taken there.
 */
export function chunksOf(job: Job, most: number, skip: (cell: Cell) => boolean): Job[] {
  const cells = job.cells.filter((candidate) => !skip(candidate));
  if (cells.length === 0) return [];
  if (job.exclusive) {
    // An arm with an outcome may be the one that ratios are taken against, so it takes part again, unrecorded.
    return [{ ...job, cells, companions: [...job.companions, ...job.cells.filter(skip)] }];
  }
  const parts: Job[] = [];
  for (let start = 0; start < cells.length; start += most) {
    const part = cells.slice(start, start + most);
    parts.push({ ...job, id: part[0]!.hash.slice(0, 16), cells: part });
  }
  return parts;
}

/** A job that cost every worker that took it, cell by cell: the one at fault then costs itself alone. */
export function oneByOne(job: Job, cells: readonly Cell[]): Job[] {
  return cells.map((single) => ({ ...job, id: single.hash.slice(0, 16), cells: [single], companions: [] }));
}

import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Job, StoreError, writeAtomic } from "@xattn/runner";
import { z } from "zod";
import { parseJob } from "../run/chunk.ts";
import { type RunDescription, runDescription } from "../run/description.ts";

/** Files of the run's folder through which tasks and producer speak. Each is written by one process alone. */
export const slurmFiles = {
  run: "run.json",
  script: "array.sbatch",
  chunk: (task: number) => `chunk-${task}.json`,
  outcomes: (task: number) => `outcomes-${task}.jsonl`,
  refusal: (task: number) => `refused-${task}.txt`,
  log: (task: number) => `log-${task}.txt`,
};

const submissionName = /^xattn-[\w-]+$/;
const chunkSchema = z.object({ task: z.number().int().nonnegative(), jobs: z.array(z.unknown()) });

/** What a task has to do. */
export interface ChunkFile {
  readonly task: number;
  readonly jobs: readonly Job[];
}

export function writeChunk(folder: string, chunk: ChunkFile): void {
  writeAtomic(join(folder, slurmFiles.chunk(chunk.task)), JSON.stringify(chunk));
}

/** @throws StoreError when the file is not there or is none */
export function readChunk(file: string): ChunkFile {
  try {
    const { task, jobs } = chunkSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    return { task, jobs: jobs.map(parseJob) };
  } catch (error) {
    throw new StoreError(`${file}: is not a chunk of a run: ${(error as Error).message}`);
  }
}

/** @throws StoreError when the file is not there or is none */
export function readRunDescription(file: string): RunDescription {
  try {
    return runDescription.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new StoreError(`${file}: does not describe a run: ${(error as Error).message}`);
  }
}

/** Submissions that a folder has, by name. */
export function submissionsIn(
  folder: string,
): readonly { readonly name: string; readonly chunks: readonly ChunkFile[] }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && submissionName.test(entry.name))
    .map(({ name }) => ({
      name,
      chunks: readdirSync(join(folder, name))
        .filter((file) => /^chunk-\d+\.json$/.test(file))
        .map((file) => readChunk(join(folder, name, file))),
    }));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

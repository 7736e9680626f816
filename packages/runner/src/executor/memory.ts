import { readFileSync } from "node:fs";
import { totalmem } from "node:os";

/** The part of the machine's memory that cells may have, all together. */
const cellsShare = 0.8;

/** Bytes of memory that this process can have: the machine's, or less where a container or a service limits it. */
export function machineMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** What one worker process may have when nobody says: its share, or all of it for a cell that is alone. */
export function defaultMemoryLimit(workers: number, exclusive: boolean): number {
  return Math.floor((cellsShare * machineMemory()) / (exclusive ? 1 : workers));
}

/**
 * Bytes of a process that are in memory (its resident set: heap, array buffers, memory of WebAssembly, code).
 * Nothing when it is gone, or the system does not tell by `/proc`.
 */
export function residentBytes(id: number): number | undefined {
  const field = readStatus(id, /^VmRSS:\s+(\d+) kB$/m);
  return field === undefined ? undefined : 1024 * Number(field);
}

/** Whether a signal has stopped a process (SIGSTOP, SIGTSTP); false where the system does not tell. */
export function isStopped(id: number): boolean {
  return readStatus(id, /^State:\s+([A-Za-z])/m) === "T";
}

function readStatus(id: number, field: RegExp): string | undefined {
  try {
    return field.exec(readFileSync(`/proc/${id}/status`, "latin1"))?.[1];
  } catch {
    return undefined;
  }
}

/** `1.5 GiB` */
export function shownBytes(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  return `${Number((bytes / 1024 ** power).toFixed(1))} ${units[power]}`;
}

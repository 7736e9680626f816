import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { scanLedger } from "../ledger/ledger.ts";
import { type LockState, lockState } from "../store/lock.ts";
import { files, listRuns } from "../store/run-folder.ts";
import { Quarantine, type QuarantinedCell } from "./quarantine.ts";

/** A run that is not complete, that something still holds, or that has cells set apart. */
export interface RunStatus {
  readonly folder: string;
  readonly experiment: string;
  readonly run: string;
  /**
   * `running`: a live process holds it. `resumable`: nobody does, and the same command goes on with it. `stale`: the
   * process that held it is gone without letting go; it can be resumed all the same. `complete`: it came to its end,
   * and some of its cells are quarantined.
   */
  readonly state: "running" | "resumable" | "stale" | "complete";
  readonly lock: LockState;
  readonly done: number;
  readonly cells: number;
  readonly failed: number;
  /** How many cells are set apart since they took their process down in every try, and the first of them. */
  readonly quarantined: number;
  readonly quarantine: readonly QuarantinedCell[];
  /** Seconds that cells took so far. */
  readonly seconds: number;
  /** When the last cell ended, ISO 8601; absent before the first. */
  readonly lastAt?: string;
  readonly startedAt: string;
  readonly command: string;
  /** Bytes of a last line that was cut off; its cell runs again. */
  readonly damagedBytes: number;
  /** Set when the ledger cannot be read: why. */
  readonly problem?: string;
}

/** How many of the cells that are set apart are told. */
const mostQuarantined = 20;

/** All runs under way, cut off or with cells set apart in a results folder, the newest first. */
export async function runStatuses(results: string): Promise<readonly RunStatus[]> {
  const found: RunStatus[] = [];
  for (const experiment of folders(results)) {
    for (const { path, manifest } of listRuns(results, experiment)) {
      const lock = lockState(path);
      const complete = manifest.state === "complete" && lock.kind === "free";
      if (complete && !manifest.quarantined) continue;
      const { run, cells, startedAt, command } = manifest;
      const state = { live: "running", stale: "stale", free: "resumable" } as const;
      const progress = await progressOf(join(path, files.ledger));
      found.push({
        folder: path,
        experiment,
        run,
        state: complete ? "complete" : state[lock.kind],
        lock,
        cells,
        startedAt,
        command,
        ...progress,
      });
    }
  }
  return found.sort((left, right) => (left.startedAt < right.startedAt ? 1 : -1));
}

async function progressOf(ledger: string) {
  const failed = new Map<string, boolean>();
  const quarantine = new Quarantine();
  let seconds = 0;
  let lastAt: string | undefined;
  const told = (damagedBytes: number) => ({
    done: failed.size,
    failed: [...failed.values()].filter(Boolean).length,
    quarantined: quarantine.count,
    quarantine: quarantine.cells(mostQuarantined),
    seconds: Math.round(seconds * 1000) / 1000,
    damagedBytes,
    ...(lastAt === undefined ? {} : { lastAt }),
  });
  try {
    const scan = await scanLedger(ledger, (outcome) => {
      failed.set(outcome.cell, outcome.status === "failed" || outcome.status === "timeout");
      quarantine.add(outcome);
      seconds += outcome.seconds;
      lastAt = outcome.at;
    });
    return told(scan.damagedBytes);
  } catch (error) {
    return { ...told(0), problem: error instanceof Error ? error.message : String(error) };
  }
}

function folders(results: string): string[] {
  if (!existsSync(results)) return [];
  return readdirSync(results, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

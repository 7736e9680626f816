import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { InputError, messageOf, StoreError } from "../errors/errors.ts";
import { writeAtomic } from "./atomic.ts";
import { isLocked, type Lock, tryLock } from "./lock.ts";
import type { StoredManifest } from "./manifest.ts";

/** The folder of one run, `results/<experiment>/<run>`, held by this process. */
export interface RunFolder {
  readonly path: string;
  readonly ledger: string;
  readonly manifest: StoredManifest;
  /** Whether an earlier, unfinished run of the same plan goes on. */
  readonly resumed: boolean;
  readonly lock: Lock;
}

export const files = {
  manifest: "manifest.json",
  ledger: "ledger.jsonl",
  table: "table.csv",
  claims: "claims.json",
} as const;

/** @throws StoreError when there is no sound manifest */
export function readManifest(folder: string): StoredManifest {
  const file = join(folder, files.manifest);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new StoreError(
      `${file}: cannot be read: ${messageOf(error)}. Give the folder of a run, results/<experiment>/<run>.`,
    );
  }
  try {
    const manifest = JSON.parse(text) as StoredManifest;
    if (manifest.schema !== 1) {
      throw new Error(`its schema is ${String(manifest.schema)}, and this version reads schema 1`);
    }
    return manifest;
  } catch (error) {
    throw new StoreError(`${file}: is not a manifest of a run: ${messageOf(error)}.`);
  }
}

export function writeManifest(folder: string, manifest: StoredManifest): void {
  writeAtomic(join(folder, files.manifest), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Runs of an experiment with a sound manifest, the newest first. */
export function listRuns(results: string, experiment: string): { path: string; manifest: StoredManifest }[] {
  const folder = join(results, experiment);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, files.manifest)))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      try {
        return [{ path, manifest: readManifest(path) }];
      } catch {
        return [];
      }
    })
    .sort((left, right) => (left.manifest.startedAt < right.manifest.startedAt ? 1 : -1));
}

/** Whether an unfinished run can be gone on with: the same cells, by the same code, on the same machine. */
function continues(earlier: StoredManifest, wanted: StoredManifest): boolean {
  return (
    earlier.state !== "complete" &&
    earlier.planHash === wanted.planHash &&
    earlier.sourceHash === wanted.sourceHash &&
    earlier.environment.fingerprint === wanted.environment.fingerprint
  );
}

/**
 * Opens the newest unfinished run of the same plan that no live process holds, or makes a new one.
 *
 * @param fresh always make a new one
 * @throws StoreError when the results folder cannot be written; nothing is left behind
 */
export function openRun(results: string, wanted: StoredManifest, fresh: boolean): RunFolder {
  if (!fresh) {
    for (const { path, manifest } of listRuns(results, wanted.experiment)) {
      if (!continues(manifest, wanted) || isLocked(path)) continue;
      const lock = tryLock(path);
      if (!lock) continue;
      const current = readManifest(path);
      if (continues(current, wanted)) {
        const resumed: StoredManifest = { ...current, state: "running", starts: current.starts + 1, spec: wanted.spec };
        writeManifest(path, resumed);
        return { path, ledger: join(path, files.ledger), manifest: resumed, resumed: true, lock };
      }
      lock.release();
    }
  }
  return createRun(results, wanted);
}

function createRun(results: string, manifest: StoredManifest): RunFolder {
  const parent = join(results, manifest.experiment);
  const path = join(parent, manifest.run);
  let created: string | undefined;
  try {
    created = mkdirSync(parent, { recursive: true });
    mkdirSync(path);
    created ??= path;
    const lock = tryLock(path);
    if (!lock) throw new Error("another process holds its lock");
    writeManifest(path, manifest);
    return { path, ledger: join(path, files.ledger), manifest, resumed: false, lock };
  } catch (error) {
    if (created) rmSync(created, { recursive: true, force: true });
    throw new StoreError(
      `${path}: the results folder cannot be written: ${messageOf(error)}. Free or unlock it, or name another one with --results FOLDER.`,
    );
  }
}

/** The folder of the run that others are compared with. */
export const referenceName = "reference";

/**
 * Makes a finished run the reference of its experiment, in place of the one before.
 *
 * @returns the new place of the folder
 * @throws StoreError when the folders cannot be moved
 */
export function promoteToReference(results: string, experiment: string, folder: string): string {
  const target = join(results, experiment, referenceName);
  const old = `${target}.${process.pid}.old`;
  try {
    if (existsSync(target)) renameSync(target, old);
    renameSync(folder, target);
    rmSync(old, { recursive: true, force: true });
    return target;
  } catch (error) {
    throw new StoreError(`${target}: cannot be replaced: ${messageOf(error)}. The run is in ${folder}.`);
  }
}

/**
 * A run folder from what a user typed: a path, `<experiment>/<run>`, or an experiment, of which the newest
 * complete run is meant.
 *
 * @throws InputError with the runs there are
 */
export function findRun(results: string, given: string): string {
  for (const candidate of [given, join(results, given)]) {
    if (existsSync(join(candidate, files.manifest))) return candidate;
  }
  const runs = listRuns(results, given);
  const complete = runs.find((run) => run.manifest.state === "complete");
  if (complete) return complete.path;
  const known = existsSync(results)
    ? readdirSync(results, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    : [];
  throw new InputError(
    runs.length > 0
      ? `${given}: no run of it is complete yet; go on with exp run ${given}.`
      : `"${given}" is not a run folder, and there are no runs of such an experiment in ${results}. ${
          known.length > 0
            ? `There are runs of ${known.map((entry) => entry.name).join(", ")}.`
            : "Start one with exp run."
        }`,
  );
}

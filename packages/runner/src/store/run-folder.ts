import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { InputError, messageOf, StoreError } from "../errors/errors.ts";
import { checkNames } from "../security/check-manifest.ts";
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
    checkNames(manifest);
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
  return foldersIn(folder)
    .filter((name) => existsSync(join(folder, name, files.manifest)))
    .flatMap((name) => {
      const path = join(folder, name);
      try {
        return [{ path, manifest: readManifest(path) }];
      } catch {
        return [];
      }
    })
    .sort((left, right) => compareText(right.manifest.startedAt, left.manifest.startedAt));
}

/** Names of the folders in a folder; none when it is not there or is no folder. */
function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Whether a run can be gone on with: the same cells, by the same code, on the same machine. */
function continues(earlier: StoredManifest, wanted: StoredManifest, finished: boolean): boolean {
  return (
    (finished || earlier.state !== "complete") &&
    earlier.planHash === wanted.planHash &&
    earlier.sourceHash === wanted.sourceHash &&
    earlier.environment.fingerprint === wanted.environment.fingerprint
  );
}

/** Which earlier runs may be gone on with. */
export interface OpenOptions {
  /** None: always make a new one. */
  readonly fresh?: boolean;
  /** Finished ones too, so that their failed cells can run again; the committed reference is left alone. */
  readonly finished?: boolean;
}

/**
 * Opens the newest unfinished run of the same plan that no live process holds, or makes a new one.
 *
 * @throws StoreError when the results folder cannot be written; nothing is left behind
 */
export function openRun(results: string, wanted: StoredManifest, options: OpenOptions): RunFolder {
  if (!options.fresh) {
    for (const { path, manifest } of listRuns(results, wanted.experiment)) {
      const finished = (options.finished ?? false) && basename(path) !== referenceName;
      if (!continues(manifest, wanted, finished) || isLocked(path)) continue;
      const resumed = resume(path, wanted, finished);
      if (resumed) return resumed;
    }
  }
  return createRun(results, wanted);
}

/** Takes an earlier run; nothing when another process was quicker. */
function resume(path: string, wanted: StoredManifest, finished: boolean): RunFolder | undefined {
  const lock = attempt(path, () => tryLock(path));
  if (!lock) return undefined;
  try {
    const current = readManifest(path);
    if (continues(current, wanted, finished)) {
      const { endedAt: _, ...rest } = current;
      const manifest: StoredManifest = { ...rest, state: "running", starts: current.starts + 1, spec: wanted.spec };
      writeManifest(path, manifest);
      return { path, ledger: join(path, files.ledger), manifest, resumed: true, lock };
    }
  } catch (error) {
    lock.release();
    throw error;
  }
  lock.release();
  return undefined;
}

function createRun(results: string, manifest: StoredManifest): RunFolder {
  const parent = resolve(results, manifest.experiment);
  const path = join(parent, manifest.run);
  let made: string | undefined;
  let own = false;
  return attempt(path, () => {
    try {
      made = mkdirSync(parent, { recursive: true });
      mkdirSync(path);
      own = true;
      const lock = tryLock(path);
      if (!lock) throw new Error("another process holds its lock");
      writeManifest(path, manifest);
      return { path, ledger: join(path, files.ledger), manifest, resumed: false, lock };
    } catch (error) {
      if (own) rmSync(path, { recursive: true, force: true });
      if (made !== undefined) removeEmpty(parent, made);
      throw error;
    }
  });
}

/** Removes folders from `inner` up to `outer`, unless another process has put something into them by now. */
function removeEmpty(inner: string, outer: string): void {
  try {
    for (let folder = inner; folder.length >= outer.length; folder = dirname(folder)) rmdirSync(folder);
  } catch {}
}

function attempt<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
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
    if (existsSync(old) && !existsSync(target)) renameSync(old, target);
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
  const known = foldersIn(results);
  throw new InputError(
    runs.length > 0
      ? `${given}: no run of it is complete yet; go on with exp run ${given}.`
      : `"${given}" is not a run folder, and there are no runs of such an experiment in ${results}. ${
          known.length > 0 ? `There are runs of ${known.join(", ")}.` : "Start one with exp run."
        }`,
  );
}

import { linkSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

interface Holder {
  readonly host: string;
  readonly process: number;
  /** Start of the process in clock ticks, where the system tells it: a number used again is not the same process. */
  readonly started: string | null;
}

/** What a lock file says; `damaged` when it cannot be read, as after a loss of power. */
type Found = Holder | "damaged" | undefined;

/** The right to write into a run folder; at most one live process has it. */
export interface Lock {
  release(): void;
}

/**
 * Takes the lock of a run folder if nobody alive has it. A lock left by a process that died is taken over.
 * On another host a holder counts as alive, since that cannot be seen from here.
 */
export function tryLock(folder: string): Lock | undefined {
  const file = join(folder, "lock.json");
  const mine: Holder = { host: hostname(), process: process.pid, started: startOf(process.pid) };
  const claim = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(claim, JSON.stringify(mine));
    if (!link(claim, file)) {
      const holder = read(file);
      if (isAlive(holder)) return undefined;
      if (!(holder === undefined ? link(claim, file) : takeOver(file, claim, holder))) return undefined;
    }
  } finally {
    rmSync(claim, { force: true });
  }
  return { release: () => rmSync(file, { force: true }) };
}

/**
 * Of several processes that find the same stale lock, the one that makes the folder named after it may replace it,
 * unless another holder has come in the meantime.
 */
function takeOver(file: string, claim: string, dead: Holder | "damaged"): boolean {
  const turn = `${file}.${typeof dead === "object" ? `${dead.process}-${dead.started}` : "damaged"}.takeover`;
  try {
    mkdirSync(turn);
  } catch {
    return false;
  }
  try {
    if (JSON.stringify(read(file)) !== JSON.stringify(dead)) return false;
    rmSync(file, { force: true });
    return link(claim, file);
  } finally {
    rmdirSync(turn);
  }
}

/** Who holds a run folder: nobody, a live process, or one that is gone. */
export type LockState =
  | { readonly kind: "free" }
  | { readonly kind: "live" | "stale"; readonly host: string | null; readonly process: number | null };

export function lockState(folder: string): LockState {
  const holder = read(join(folder, "lock.json"));
  if (holder === undefined) return { kind: "free" };
  if (holder === "damaged") return { kind: "stale", host: null, process: null };
  return { kind: isAlive(holder) ? "live" : "stale", host: holder.host, process: holder.process };
}

/** Whether a live process is writing into a run folder. */
export function isLocked(folder: string): boolean {
  return isAlive(read(join(folder, "lock.json")));
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function read(file: string): Found {
  try {
    const holder = JSON.parse(readFileSync(file, "utf8")) as Partial<Holder> | null;
    return Number.isInteger(holder?.process) && holder!.process! > 0 ? (holder as Holder) : "damaged";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? undefined : "damaged";
  }
}

function isAlive(holder: Found): boolean {
  if (typeof holder !== "object") return false;
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.process, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  const started = startOf(holder.process);
  return started === null || holder.started === null || started === holder.started;
}

/** Field 22 of /proc/<pid>/stat, after the name, which may hold spaces. */
function startOf(id: number): string | null {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

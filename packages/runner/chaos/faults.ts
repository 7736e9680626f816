import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { type Random, seededRandom } from "@xattn/core/random";
import { signal } from "./processes.ts";
import type { SmallDisk } from "./small-disk.ts";
import type { Sweep } from "./sweep.ts";

/** What goes wrong, how often. */
const counts = {
  "kill the runner": 4,
  "kill the runner and its workers": 2,
  "interrupt the runner": 1,
  "terminate the runner": 1,
  "fill the disk": 3,
  "cut the last line of the ledger": 2,
  "spoil the last line of the ledger": 1,
  "kill a worker": 11,
  "stop a worker": 4,
  "stop a worker for a moment": 2,
  "stop the runner for a while": 3,
} as const;

export type FaultKind = keyof typeof counts;

/** A fault, when it strikes, and what else is drawn for it. */
export interface Fault {
  readonly kind: FaultKind;
  /** Cells that have ended by then, and the wait after that. */
  readonly after: number;
  readonly waitMs: number;
  /** Uniform on [0, 1): which worker, how long, at which byte. */
  readonly choice: number;
}

/** The faults of a seed in the order of their moments, the last of them well before the sweep's end. */
export function drawFaults(seed: number, cells: number, kinds: (kind: FaultKind) => boolean): readonly Fault[] {
  const random = seededRandom(seed).fork("faults");
  const drawn = (Object.keys(counts) as FaultKind[])
    .filter(kinds)
    .flatMap((kind) => Array.from({ length: counts[kind] }, () => kind));
  const last = 0.9 * cells;
  return random.shuffle(drawn).map((kind, index) => ({
    kind,
    after: Math.floor((last * (index + random.uniform())) / drawn.length),
    waitMs: Math.floor(momentMs(random)),
    choice: random.uniform(),
  }));
}

/** Most faults strike within a few cells, some while the runner still starts. */
function momentMs(random: Random): number {
  return random.uniform() < 0.8 ? 150 * random.uniform() : 1200 * random.uniform();
}

/** Lets a fault happen, and waits until what must follow has followed. */
export async function strike(fault: Fault, sweep: Sweep, disk: SmallDisk | undefined): Promise<void> {
  const { kind, choice } = fault;
  const workers = sweep.workers();
  const chosen = workers[Math.floor(choice * workers.length)];
  switch (kind) {
    case "kill the runner":
      await killRunner(sweep, []);
      return;
    case "kill the runner and its workers":
      await killRunner(sweep, workers);
      return;
    case "interrupt the runner":
      await stopRunner(sweep, "SIGINT", [130]);
      return;
    case "terminate the runner":
      await stopRunner(sweep, "SIGTERM", [143, 130]);
      return;
    case "fill the disk":
      disk!.fill();
      await expectFullDisk(sweep);
      disk!.free();
      await sweep.noOrphans();
      return;
    case "cut the last line of the ledger":
    case "spoil the last line of the ledger":
      await killRunner(sweep, []);
      damageLastLine(sweep.ledger(), choice, kind.startsWith("cut"));
      return;
    case "kill a worker":
      if (chosen !== undefined) signal(chosen, "SIGKILL");
      return;
    case "stop a worker":
      if (chosen !== undefined) signal(chosen, "SIGSTOP");
      return;
    case "stop a worker for a moment":
      if (chosen === undefined) return;
      signal(chosen, "SIGSTOP");
      await pause(1000 * choice);
      signal(chosen, "SIGCONT");
      return;
    case "stop the runner for a while":
      signal(sweep.process, "SIGSTOP");
      await pause(5000 * choice);
      signal(sweep.process, "SIGCONT");
      return;
  }
}

async function killRunner(sweep: Sweep, others: readonly number[]): Promise<void> {
  for (const id of [sweep.process, ...others]) signal(id, "SIGKILL");
  await sweep.end();
  await sweep.noOrphans();
}

async function stopRunner(sweep: Sweep, name: NodeJS.Signals, codes: readonly number[]): Promise<void> {
  signal(sweep.process, name);
  const ended = await sweep.end();
  // Before it listens to signals a process ends by them.
  if (ended.signal !== name && !codes.includes(ended.code!)) {
    throw new Error(`after ${name} the runner ended with code ${ended.code}: ${ended.errors}`);
  }
  await sweep.noOrphans();
}

async function expectFullDisk(sweep: Sweep): Promise<void> {
  const { code, errors } = await sweep.end();
  if (code !== 2 || !/cannot be written.*ENOSPC|ENOSPC.*cannot be written/s.test(errors)) {
    throw new Error(`on a full disk the runner ended with code ${code}: ${errors}`);
  }
}

/** Takes bytes off the end, at most the whole last line but its first, or changes one of that line. */
function damageLastLine(ledger: string | undefined, choice: number, cut: boolean): void {
  if (ledger === undefined) return;
  const bytes = readFileSync(ledger);
  const start = bytes.lastIndexOf(10, bytes.length - 2) + 1;
  const place = start + Math.floor(choice * (bytes.length - start));
  if (bytes.length === 0) return;
  if (cut) truncateSync(ledger, place);
  else {
    bytes[place]! ^= 1;
    writeFileSync(ledger, bytes);
  }
}

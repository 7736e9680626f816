import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { childrenOf, until } from "../fixtures/children.ts";
import { isAlive, signal } from "./processes.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const spec = fileURLToPath(new URL("../fixtures/chaos.ts", import.meta.url));
/** No single step takes that long: something hangs. */
const hangMs = 60_000;

/** How a start of the sweep ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
}

/** `exp run` of the sweep as a user types it, started again and again until it is complete. */
export class Sweep {
  readonly #results: string;
  readonly #seed: number;
  #child: ChildProcess | undefined;
  #ended: Promise<Ended> | undefined;
  #last: Ended | undefined;
  /** Every worker process that was ever seen. */
  readonly workersSeen = new Set<number>();
  starts = 0;

  constructor(results: string, seed: number) {
    this.#results = results;
    this.#seed = seed;
  }

  get process(): number {
    return this.#child!.pid!;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#last === undefined;
  }

  /** Goes on with the sweep, unless that is under way. */
  ensure(): void {
    if (this.isRunning) return;
    this.starts += 1;
    this.#last = undefined;
    const words = ["run", spec, "--results", this.#results, "--seed", String(this.#seed), "--no-report"];
    const limits = ["--workers", "2", "--retries", "1", "--memory-limit", "400MiB"];
    this.#child = startExp([...words, ...limits]);
    this.#ended = ending(this.#child).then((ended) => {
      this.#last = ended;
      return ended;
    });
  }

  /** Waits until the start that is under way has ended. */
  async end(): Promise<Ended> {
    const hang = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error("the runner hangs")), hangMs).unref();
    });
    return Promise.race([this.#ended!, hang]);
  }

  /** Worker processes that are alive. */
  workers(): number[] {
    if (!this.isRunning) return [];
    const found = childrenOf(this.process, "chaos.ts");
    for (const id of found) this.workersSeen.add(id);
    return found;
  }

  /** Lines of the ledger. */
  done(): number {
    const file = this.ledger();
    if (file === undefined) return 0;
    return readFileSync(file).filter((byte) => byte === 10).length;
  }

  /** Waits for so many outcomes, or for the end of the start that is under way. */
  async reach(cells: number): Promise<void> {
    const reached = () => {
      this.workers();
      return this.done() >= cells;
    };
    await until(() => !this.isRunning || reached(), hangMs);
  }

  /** No worker outlives its runner, and none that was stopped by a signal does once it goes on. */
  async noOrphans(): Promise<void> {
    for (const id of this.workersSeen) signal(id, "SIGCONT");
    await until(() => ![...this.workersSeen].some(isAlive), 10_000);
    this.workersSeen.clear();
  }

  /** Run folders with a manifest. */
  folders(): string[] {
    const base = join(this.#results, "chaos");
    if (!existsSync(base)) return [];
    return readdirSync(base)
      .map((name) => join(base, name))
      .filter((folder) => existsSync(join(folder, "manifest.json")));
  }

  ledger(): string | undefined {
    const file = this.folders().map((folder) => join(folder, "ledger.jsonl"))[0];
    return file !== undefined && existsSync(file) ? file : undefined;
  }
}

/** The standard output of an `exp` command. */
export function exp(words: readonly string[]): Promise<Ended> {
  return ending(startExp(words));
}

function startExp(words: readonly string[]): ChildProcess {
  const node = ["--disable-warning=DEP0180", "--import", join(root, "register.mjs")];
  return spawn(process.execPath, [...node, join(root, "packages/cli/src/main.ts"), ...words], {
    cwd: root,
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function ending(child: ChildProcess): Promise<Ended> {
  let [output, errors] = ["", ""];
  child.stdout!.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr!.on("data", (chunk) => {
    errors += chunk;
  });
  return new Promise((resolve) => {
    child.on("close", (code, name) => resolve({ code, signal: name, output, errors }));
  });
}

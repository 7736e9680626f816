import { NoWorkerError, StalledError } from "../errors/errors.ts";
import type { Hosts } from "./hosts.ts";
import type { Chunk } from "./outstanding.ts";

export interface WatchOptions {
  /** Seconds to wait for a worker that can take what is left. */
  readonly waitSeconds: number;
  /** Seconds without an outcome, while workers have nothing in their hands, after which something is wrong. */
  readonly stallSeconds: number;
  /** How a person starts a worker. */
  readonly howToStart: string;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** Sees to it that a producer never waits for what does not come: it says what it waited for, and why in vain. */
export class Watch {
  readonly #options: WatchOptions;
  #served: number;
  #moved: number;
  readonly #told = new Set<string>();

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#served = options.now();
    this.#moved = options.now();
  }

  /** An outcome came, or something was handed out anew. */
  moved(): void {
    this.#moved = this.#options.now();
  }

  /**
   * @returns refusals that were not told before, a sentence each
   * @throws NoWorkerError or StalledError
   */
  look(hosts: Hosts, left: readonly Chunk[]): readonly string[] {
    const { now, waitSeconds, stallSeconds } = this.#options;
    const fit = hosts.workers.filter(({ lanes }) => left.some(({ lane }) => lanes.includes(lane)));
    if (fit.length > 0) this.#served = now();
    if (fit.some(({ busy }) => busy > 0)) this.#moved = now();
    if (now() - this.#served > waitSeconds * 1000) throw new NoWorkerError(this.#noWorker(hosts, left));
    if (fit.length > 0 && now() - this.#moved > stallSeconds * 1000) {
      const names = fit.map(({ host }) => host).join(", ");
      throw new StalledError(
        `Nothing got on for ${stallSeconds} s: waited for ${amount(left)}, and ${names} had nothing in hand. What was recorded is kept; the same command goes on.`,
      );
    }
    const fresh = [...hosts.refusals].map(([host, reason]) => `${host} refuses: ${reason}`);
    const untold = fresh.filter((text) => !this.#told.has(text));
    for (const text of untold) this.#told.add(text);
    return untold;
  }

  #noWorker({ workers, refusals }: Hosts, left: readonly Chunk[]): string {
    const { waitSeconds, howToStart } = this.#options;
    const waiting = `waited ${waitSeconds} s for one to take ${amount(left)}`;
    const kept = "What was recorded is kept; the same command goes on.";
    if (refusals.size > 0) {
      const reasons = [...refusals].map(([host, reason]) => `${host}: ${reason}`).join("; ");
      return `no worker matches: ${reasons} (${waiting}). Bring it to the same commit, install and Node, or start another: ${howToStart}. ${kept}`;
    }
    if (workers.length > 0) return `no worker takes what is left (${waiting}). ${kept}`;
    return `no worker is there (${waiting}). Start one on any machine with this repository: ${howToStart}. ${kept}`;
  }
}

function amount(left: readonly Chunk[]): string {
  const cells = left.reduce((sum, { open }) => sum + open.size, 0);
  const measures = [...new Set(left.map(({ job }) => job.measure))].join(", ");
  const alone = left.some(({ lane }) => lane === "alone") ? ", with the machine to themselves" : "";
  return `${cells} cells (${measures}${alone})`;
}

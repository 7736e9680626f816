import { randomBytes } from "node:crypto";
import { messageOf } from "@xattn/runner/errors";
import { type Connection, connect } from "../redis/connect.ts";
import type { Lane } from "../run/chunk.ts";
import { mismatches, type RunDescription } from "../run/description.ts";
import type { LocalRun } from "../run/local-run.ts";
import { lockHost } from "../worker/host-lock.ts";
import { announcedRuns } from "./announcement.ts";
import { forgive, refuse } from "./hosts.ts";
import { type Serving, serve } from "./serve.ts";

export interface WorkerOptions {
  /** Address of Redis, `redis://[:password@]host[:port]` or `rediss://`. */
  readonly redis: string;
  /** Name of this machine. */
  readonly host: string;
  /** Cells that share the machine, at once. */
  readonly concurrency: number;
  /** Looks at a run before a cell of it is taken. @throws when the run cannot be had here; the message is the refusal */
  readonly inspect: (run: RunDescription) => Promise<LocalRun>;
  /** Ends when the first run that it served is over. */
  readonly once?: boolean;
  /** Where the lock of this machine lies; in the system's folder for temporary files when absent. */
  readonly lockFolder?: string;
  /** Aborted by the first Ctrl-C: finishes cells that have started and gives back the rest. */
  readonly signal?: AbortSignal;
  /** Aborted by the second Ctrl-C: gives all back at once. */
  readonly hurry?: AbortSignal;
  readonly outageSeconds?: number;
  readonly onNotice?: (text: string) => void;
}

const lookMs = 500;

/**
 * Serves the runs that are announced in Redis, one at a time, until the signal fires. A run whose Node, lockfile,
 * source or plan is not the one here is refused, with the reason told on both sides.
 *
 * @throws HostTakenError when another worker process serves this machine
 * @throws RedisUnavailableError when Redis does not answer, or is away for longer than `outageSeconds` (300 when absent)
 * @throws RedisAuthenticationError when Redis refuses the password
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const notice = options.onNotice ?? (() => {});
  const lock = lockHost(options.lockFolder);
  try {
    const connection = await connect(options.redis, { outageSeconds: options.outageSeconds ?? 300, onNotice: notice });
    try {
      notice(`serving ${connection.address.shown} as ${options.host}, ${options.concurrency} cells at once`);
      await new RunServer(options, connection, notice).serveAll();
    } finally {
      connection.close();
    }
  } finally {
    lock.release();
  }
}

/** What became of a look at a run. */
interface Acceptance {
  readonly local: LocalRun;
  readonly lanes: readonly Lane[];
}
type Verdict = Acceptance | { readonly refusal: string };

class RunServer {
  readonly #options: WorkerOptions;
  readonly #connection: Connection;
  readonly #notice: (text: string) => void;
  readonly #id = `${process.pid}-${randomBytes(4).toString("hex")}`;
  /** By the text of the announcement, so that a run that is announced anew is looked at anew. */
  readonly #verdicts = new Map<string, Verdict>();

  constructor(options: WorkerOptions, connection: Connection, notice: (text: string) => void) {
    this.#options = options;
    this.#connection = connection;
    this.#notice = notice;
  }

  async serveAll(): Promise<void> {
    const { signal, once } = this.#options;
    let last = "";
    while (!signal?.aborted) {
      const runs = await announcedRuns(this.#connection);
      // Runs take turns: after one is left, those behind it come first.
      const next = [...runs.filter(({ run }) => run.id > last), ...runs.filter(({ run }) => run.id <= last)];
      let served = false;
      for (const { text, run } of next) {
        const verdict = await this.#look(text, run);
        if ("refusal" in verdict) continue;
        last = run.id;
        await this.#serve(text, run, verdict);
        served = true;
        break;
      }
      if (served && once) return;
      if (!served) await pause(lookMs, signal);
    }
  }

  async #look(text: string, run: RunDescription): Promise<Verdict> {
    const { host } = this.#options;
    let verdict = this.#verdicts.get(text);
    if (!verdict) {
      verdict = await this.#inspect(run);
      this.#verdicts.set(text, verdict);
      if ("refusal" in verdict) this.#notice(`refuses ${run.experiment} (${run.id}): ${verdict.refusal}`);
      else await forgive(this.#connection, run.id, host);
      if ("lanes" in verdict && !verdict.lanes.includes("alone"))
        this.#notice(`${run.id}: ${otherKind(run, verdict.local)}`);
    }
    if ("refusal" in verdict) await refuse(this.#connection, run.id, host, verdict.refusal);
    return verdict;
  }

  async #inspect(run: RunDescription): Promise<Verdict> {
    try {
      const local = await this.#options.inspect(run);
      const problems = mismatches(run.facts, local.facts);
      if (problems.length > 0) return { refusal: problems.join("; ") };
      const sameKind = local.fingerprint === run.fingerprint;
      return { local, lanes: sameKind ? ["shared", "alone"] : ["shared"] };
    } catch (error) {
      return { refusal: messageOf(error) };
    }
  }

  /** Serves a run until it is over, or the worker is to end, or another run waits and this one has nothing to do. */
  async #serve(text: string, run: RunDescription, { local, lanes }: Acceptance): Promise<void> {
    const { signal, hurry, host, concurrency } = this.#options;
    this.#notice(`takes cells of ${run.experiment} (${run.id})`);
    if (!lanes.includes("alone")) await refuse(this.#connection, run.id, host, otherKind(run, local));
    const serving: Serving = serve({
      connection: this.#connection,
      run,
      worker: `${host}/${this.#id}`,
      host: { name: host, fingerprint: local.fingerprint },
      lanes,
      concurrency,
      open: (events) => local.open(events),
      onNotice: this.#notice,
    });
    const rush = () => void serving.leave();
    hurry?.addEventListener("abort", rush);
    try {
      let idle = 0;
      while (!signal?.aborted) {
        await Promise.race([pause(lookMs, signal), serving.failed]);
        const runs = await announcedRuns(this.#connection);
        if (!runs.some((other) => other.run.id === run.id && other.text === text)) {
          await serving.leave();
          break;
        }
        idle = serving.busy() > 0 ? 0 : idle + 1;
        if (idle > 4 && runs.some((other) => other.run.id !== run.id && !this.#isRefused(other.text))) break;
        if (!lanes.includes("alone")) await refuse(this.#connection, run.id, host, otherKind(run, local));
      }
      await serving.retire();
      this.#notice(`leaves ${run.experiment} (${run.id})`);
    } catch (error) {
      // A failure of Redis ends the worker; one of the run's own code is this machine's refusal of the run.
      await Promise.race([serving.leave(), this.#connection.guard(pause(5000))]);
      const refusal = `its cells cannot be run here: ${messageOf(error)}`;
      this.#verdicts.set(text, { refusal });
      this.#notice(`refuses ${run.experiment} (${run.id}): ${refusal}`);
      await refuse(this.#connection, run.id, host, refusal);
    } finally {
      hurry?.removeEventListener("abort", rush);
    }
  }

  #isRefused(text: string): boolean {
    const verdict = this.#verdicts.get(text);
    return verdict !== undefined && "refusal" in verdict;
  }
}

function otherKind(run: RunDescription, { fingerprint }: LocalRun): string {
  return `timed cells need a machine like that of the run (fingerprint ${run.fingerprint}), and this one is another kind (${fingerprint})`;
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", done);
  });
}

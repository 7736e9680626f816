import { DisposedError, ThreadStartError } from "./errors.ts";
import type { StartThread, Thread } from "./host.ts";
import { ABSENT, createWords, EPOCH, POSTED, stateOf } from "./words.ts";
import type { Welcome } from "./worker.ts";

/** The workers of a pool: keeps threads 1 to `threads − 1` running, with every module. */
export interface Crew {
  readonly words: Int32Array<SharedArrayBuffer>;
  /** Workers that have joined. */
  joined(): number;
  /** False while a dismissed worker may still run: it could take a unit of the next job. */
  mayShare(): boolean;
  post(module: WebAssembly.Module): void;
  /** Terminates a worker that is busy and does not come back; another one takes its place when it has stopped. */
  dismiss(thread: number): void;
  ready(): Promise<void>;
  dispose(): void;
}

/** Starts in a row that may fail before a thread is given up. */
const ATTEMPTS = 3;

interface Member {
  phase: "starting" | "up" | "dismissed" | "failed";
  failures: number;
  reason?: unknown;
  handle?: Thread;
}

export function createCrew(threads: number, memory: WebAssembly.Memory, start: StartThread): Crew {
  const words = createWords(threads);
  const modules: WebAssembly.Module[] = [];
  const members: Member[] = [];
  let waiting: { resolve(): void; reject(error: Error): void }[] = [];
  let disposed = false;

  const stateAt = (thread: number): number => Atomics.load(words, stateOf(thread));

  const launch = (member: Member, thread: number): void => {
    const state = stateOf(thread);
    Atomics.store(words, state, ABSENT);
    member.phase = "starting";
    try {
      member.handle = start({
        up() {
          if (member.phase === "starting") member.phase = "up";
          member.failures = 0;
          member.handle?.hold(false);
          settle();
        },
        down(reason) {
          if (disposed) return;
          if (++member.failures < ATTEMPTS) launch(member, thread);
          else giveUp(member, reason);
          settle();
        },
      });
      member.handle.post({ words, memory, thread, state, modules } satisfies Welcome);
      member.handle.hold(waiting.length > 0);
    } catch (reason) {
      giveUp(member, reason);
    }
  };

  const giveUp = (member: Member, reason: unknown): void => {
    member.phase = "failed";
    member.reason = reason;
  };

  const settle = (): void => {
    if (members.some(({ phase }) => phase === "starting" || phase === "dismissed")) return;
    const failed = members.filter(({ phase }) => phase === "failed");
    for (const { resolve, reject } of waiting) {
      if (failed.length === 0) resolve();
      else {
        const message = `${failed.length} of ${threads - 1} workers could not be started`;
        reject(new ThreadStartError(message, { cause: failed[0]?.reason }));
      }
    }
    waiting = [];
  };

  for (let thread = 1; thread < threads; thread++) {
    const member: Member = { phase: "starting", failures: 0 };
    members.push(member);
    launch(member, thread);
  }

  return {
    words,
    joined() {
      let count = 0;
      for (let thread = 1; thread < threads; thread++) {
        if (stateAt(thread) !== ABSENT) count++;
      }
      return count;
    },
    mayShare: () => members.every(({ phase }) => phase !== "dismissed"),
    post(module) {
      modules.push(module);
      for (const { handle, phase } of members) if (phase !== "failed") handle?.post(module);
      // In this order: a worker that sees the new epoch must see that there is a message to fetch.
      Atomics.store(words, POSTED, modules.length);
      Atomics.add(words, EPOCH, 1);
      Atomics.notify(words, EPOCH);
    },
    dismiss(thread) {
      const member = members[thread - 1]!;
      member.phase = "dismissed";
      member.handle?.terminate();
    },
    ready() {
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        for (const { handle, phase } of members) if (phase === "starting") handle?.hold(true);
        settle();
      });
    },
    dispose() {
      disposed = true;
      for (const { handle } of members) handle?.terminate();
      for (const { reject } of waiting)
        reject(new DisposedError("the pool was disposed while its workers were starting"));
      waiting = [];
    },
  };
}

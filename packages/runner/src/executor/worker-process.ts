import { type ChildProcess, fork } from "node:child_process";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { residentBytes } from "./memory.ts";
import type { JobMessage, WorkerMessage } from "./protocol.ts";
import { Tail } from "./tail.ts";

/** How a worker process ended. */
export interface Exit {
  readonly how: string;
  /** The end of what it wrote to its standard error, in one line. */
  readonly lastWords: string;
  /** The end of what it wrote since it got its last job. */
  readonly output: string;
  readonly errors: string;
}

/** A child process that runs jobs. */
export interface WorkerProcess {
  readonly id: number | undefined;
  send(message: JobMessage): void;
  /** Ends it at once, and the processes that it started, whatever they are doing. */
  kill(): void;
  /** Bytes that it has in memory; nothing when that is not known. */
  memory(): number | undefined;
  readonly ended: Promise<Exit>;
}

export interface WorkerOptions {
  /** URL of the spec's file. */
  readonly spec: string;
  /** Flags for Node, so that it can load TypeScript. */
  readonly execArgv: readonly string[];
  /** Whether the process is to tell its memory itself, as it has to where there is no `/proc`. */
  readonly tellsMemory: boolean;
  readonly onMessage: (message: WorkerMessage) => void;
}

const keptBytes = 16_384;
/** How long the last words of a dead process are waited for: a process that it started may hold its pipes open. */
const lastWordsMs = 200;
/** A group of processes has a leader, by whose number all of it can be killed; Windows has no such groups. */
const grouped = process.platform !== "win32";

export function startWorker(options: WorkerOptions): WorkerProcess {
  const main = fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url));
  const child: ChildProcess = fork(main, [options.spec, String(process.pid), options.tellsMemory ? "tell" : "quiet"], {
    execArgv: [...options.execArgv],
    stdio: ["ignore", "pipe", "pipe", "ipc", options.tellsMemory ? "pipe" : "ignore"],
    detached: grouped,
  });
  const output = new Tail(keptBytes);
  const errors = new Tail(keptBytes);
  // What a cell prints must not reach the runner's own output, nor fill a pipe that nobody reads.
  child.stdout?.on("data", (chunk: Buffer) => output.add(chunk));
  child.stderr?.on("data", (chunk: Buffer) => errors.add(chunk));
  let told: number | undefined;
  (child.stdio[4] as Readable | null)?.on("data", (chunk: Buffer) => {
    told = Number(chunk.toString("latin1").trim().split("\n").at(-1));
  });
  child.on("message", (message) => {
    if (typeof message === "object" && message !== null) options.onMessage(message as WorkerMessage);
  });
  const exit = (how: string): Exit => ({
    how,
    lastWords: oneLine(errors.text()),
    output: output.text(),
    errors: withoutFrames(errors.text()),
  });
  const ended = new Promise<Exit>((resolve) => {
    child.on("error", (error) => resolve(exit(`could not start: ${error.message}`)));
    child.on("exit", (code, signal) => {
      kill();
      const tell = () => {
        for (const stream of child.stdio) stream?.destroy();
        resolve(exit(signal ? `was killed by ${signal}` : `ended with code ${code}`));
      };
      const timer = setTimeout(tell, lastWordsMs);
      child.on("close", () => {
        clearTimeout(timer);
        tell();
      });
    });
  });
  function kill(): void {
    if (child.pid === undefined) return;
    try {
      process.kill(grouped ? -child.pid : child.pid, "SIGKILL");
    } catch {
      // It is gone, and so is all that it started.
    }
  }
  return {
    id: child.pid,
    send: (message) => {
      output.clear();
      errors.clear();
      child.send(message, () => {});
    },
    kill,
    memory: () => (options.tellsMemory || child.pid === undefined ? told : residentBytes(child.pid)),
    ended,
  };
}

/** The last lines that say something: frames of a stack and the version of Node do not. */
function oneLine(text: string): string {
  return withoutFrames(text)
    .trim()
    .split(/\s*\n\s*/)
    .filter((line) => !/^(at |Node\.js v|\^+$)/.test(line))
    .slice(-4)
    .join(" | ")
    .slice(-500);
}

/** Without the frames that the runtime adds when it aborts: they would push out what the cell has to say. */
function withoutFrames(text: string): string {
  return text.replaceAll(/(^\s*\d+: .*|-----.* stack trace -----)\n*/gm, "");
}

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { JobMessage, WorkerMessage } from "./protocol.ts";

/** How a worker process ended. */
export interface Exit {
  readonly how: string;
  /** The end of what it wrote to its standard error, in one line. */
  readonly lastWords: string;
}

/** A child process that runs jobs. */
export interface WorkerProcess {
  send(message: JobMessage): void;
  /** Ends it at once, whatever it is doing. */
  kill(): void;
  readonly ended: Promise<Exit>;
}

export interface WorkerOptions {
  /** URL of the spec's file. */
  readonly spec: string;
  /** Flags for Node, so that it can load TypeScript. */
  readonly execArgv: readonly string[];
  readonly onMessage: (message: WorkerMessage) => void;
}

const keptBytes = 4096;
/** How long the last words of a dead process are waited for: a process that it started may hold its pipes open. */
const lastWordsMs = 200;

export function startWorker(options: WorkerOptions): WorkerProcess {
  const main = fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url));
  const child: ChildProcess = fork(main, [options.spec, String(process.pid)], {
    execArgv: [...options.execArgv],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let words = "";
  // What a cell prints must not reach the runner's own output, nor fill a pipe that nobody reads.
  child.stdout?.resume();
  child.stderr?.on("data", (chunk: Buffer) => {
    words = (words + chunk.toString("utf8")).slice(-keptBytes);
  });
  child.on("message", (message) => {
    if (typeof message === "object" && message !== null) options.onMessage(message as WorkerMessage);
  });
  const ended = new Promise<Exit>((resolve) => {
    child.on("error", (error) => resolve({ how: `could not start: ${error.message}`, lastWords: oneLine(words) }));
    child.on("exit", (code, signal) => {
      const tell = () => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        resolve({ how: signal ? `was killed by ${signal}` : `ended with code ${code}`, lastWords: oneLine(words) });
      };
      const timer = setTimeout(tell, lastWordsMs);
      child.on("close", () => {
        clearTimeout(timer);
        tell();
      });
    });
  });
  return {
    send: (message) => {
      words = "";
      child.send(message, () => {});
    },
    kill: () => {
      child.kill("SIGKILL");
    },
    ended,
  };
}

/** The last lines that say something: frames of a stack and the version of Node do not. */
function oneLine(text: string): string {
  return text
    .trim()
    .split(/\s*\n\s*/)
    .filter((line) => !/^(at |Node\.js v|\^+$)/.test(line))
    .slice(-4)
    .join(" | ")
    .slice(-500);
}

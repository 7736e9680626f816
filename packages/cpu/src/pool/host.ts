import { WORKER_SOURCE } from "./worker.ts";

/** A running worker, whatever the platform. */
export interface Thread {
  post(message: unknown): void;
  /** Whether this worker keeps the process from exiting. It does not at first. */
  hold(yes: boolean): void;
  terminate(): void;
}

export interface ThreadEvents {
  /** The worker has joined. */
  up(): void;
  /** The worker runs no more code; called once. */
  down(reason: unknown): void;
}

/** Starts a worker; throws when the platform refuses. */
export type StartThread = (events: ThreadEvents) => Thread;

/** Browsers do not tell when a terminated worker has stopped; they stop it by force within two seconds. */
const BROWSER_GRACE_MILLISECONDS = 3000;

/** How to start a worker here, or undefined where workers cannot share memory. */
export function threadStarter(): StartThread | undefined {
  if (typeof SharedArrayBuffer === "undefined") return undefined;
  // Not an import: a bundler for browsers would try to resolve it.
  const node = globalThis.process?.getBuiltinModule?.("node:worker_threads");
  if (node) return (events) => startNodeThread(node.Worker, events);
  if (globalThis.crossOriginIsolated && typeof Worker !== "undefined") return startBrowserThread;
  return undefined;
}

/** `wanted` threads where workers can share memory: Node from 20.16, cross-origin isolated pages; else 1. */
export function availableThreads(wanted: number): number {
  return threadStarter() ? wanted : 1;
}

function startNodeThread(NodeWorker: typeof import("node:worker_threads").Worker, events: ThreadEvents): Thread {
  // The process's loaders and preloads would be repeated in every worker, which needs none.
  const worker = new NodeWorker(WORKER_SOURCE, { eval: true, execArgv: [], env: {}, name: "xattn" });
  let reason: unknown;
  worker.on("message", events.up);
  worker.on("error", (error) => {
    reason = error;
  });
  worker.on("exit", (code) => events.down(reason ?? new Error(`the worker exited with code ${code}`)));
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    hold: (yes) => (yes ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  };
}

function startBrowserThread(events: ThreadEvents): Thread {
  const url = URL.createObjectURL(new Blob([WORKER_SOURCE], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module", name: "xattn" });
  let joined = false;
  let ended = false;
  const end = (reason: unknown): void => {
    if (ended) return;
    ended = true;
    URL.revokeObjectURL(url);
    worker.terminate();
    setTimeout(() => events.down(reason), joined ? BROWSER_GRACE_MILLISECONDS : 0);
  };
  worker.onmessage = () => {
    joined = true;
    URL.revokeObjectURL(url);
    events.up();
  };
  worker.onerror = (event) => end(new Error(event.message || "the worker's script was refused"));
  return { post: (message) => worker.postMessage(message), hold: () => {}, terminate: () => end(undefined) };
}

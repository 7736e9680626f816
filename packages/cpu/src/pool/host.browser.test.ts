import { resolveObjectURL } from "node:buffer";
import { Worker as NodeWorker } from "node:worker_threads";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ThreadLostError, ThreadStartError } from "./errors.ts";
import { availableThreads } from "./host.ts";
import type { Pool } from "./pool.ts";
import { marks, setup } from "./testing/setup.ts";

const DEADLINE = 20_000;
const pools: Pool[] = [];
const opened: string[] = [];
const revoked: string[] = [];

/** A browser's `Worker` on top of Node's: no `process` inside, `self` instead of a parent port, no exit events. */
class BrowserWorker {
  onmessage: (() => void) | null = null;
  onerror: ((event: { message: string }) => void) | null = null;
  readonly #started: Promise<NodeWorker>;

  constructor(url: string, options: WorkerOptions) {
    expect(options.type).toBe("module");
    opened.push(url);
    this.#started = resolveObjectURL(url)!
      .text()
      .then((source) => {
        const prelude = `
          const { parentPort } = require("node:worker_threads");
          delete globalThis.process;
          globalThis.self = {
            set onmessage(listener) { parentPort.on("message", (data) => listener({ data })); },
            postMessage: (data) => parentPort.postMessage(data),
          };`;
        const worker = new NodeWorker(`${prelude}\n{${source}}`, { eval: true, execArgv: [] });
        worker.on("message", () => this.onmessage?.());
        worker.on("error", ({ message }) => this.onerror?.({ message }));
        return worker;
      });
  }

  postMessage(message: unknown): void {
    void this.#started.then((worker) => worker.postMessage(message));
  }

  terminate(): void {
    void this.#started.then((worker) => worker.terminate());
  }
}

class RefusedWorker extends BrowserWorker {
  constructor(url: string, options: WorkerOptions) {
    super(url, options);
    setTimeout(() => this.onerror?.({ message: "" }));
  }
}

const inPage = (worker: typeof BrowserWorker, isolated = true): void => {
  vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined);
  vi.stubGlobal("Worker", worker);
  vi.stubGlobal("crossOriginIsolated", isolated);
  const revoke = URL.revokeObjectURL;
  vi.spyOn(URL, "revokeObjectURL").mockImplementation((url) => {
    revoked.push(url);
    revoke(url);
  });
};

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  for (const pool of pools.splice(0)) pool.dispose();
});

describe("in a page", () => {
  it(
    "workers come from a blob, and a lost one is replaced after a time of grace",
    async () => {
      inPage(BrowserWorker);
      const { pool, results, hang } = setup({ threads: 3, stallSeconds: 0.3 });
      pools.push(pool);
      await pool.ready();
      expect(pool.active).toBe(3);
      for (let run = 0; run < 100; run++) expect(results("mark", 50)).toEqual(marks(50));
      expect(opened).toHaveLength(2);
      expect(revoked).toEqual(expect.arrayContaining(opened));
      expect(() => hang([2])).toThrow(ThreadLostError);
      expect(pool.active).toBe(1);
      expect(results("mark", 50)).toEqual(marks(50));
      // The platform does not say when the lost worker has stopped, so the new one must not come at once.
      const before = performance.now();
      await pool.ready();
      expect(performance.now() - before).toBeGreaterThan(2000);
      expect(pool.active).toBe(3);
      expect(opened).toHaveLength(3);
      expect(results("mark", 50)).toEqual(marks(50));
    },
    DEADLINE,
  );

  it("without cross-origin isolation there is one thread", () => {
    inPage(BrowserWorker, false);
    expect(availableThreads(4)).toBe(1);
    const { pool, results } = setup({ threads: 4 }, false);
    pools.push(pool);
    expect([pool.threads, pool.active]).toEqual([1, 1]);
    expect(results("mark", 5)).toEqual(marks(5));
  });

  it(
    "that forbids workers from blobs, the pool runs on the main thread and says so",
    async () => {
      inPage(RefusedWorker);
      const { pool, results } = setup({ threads: 2 });
      pools.push(pool);
      await expect(pool.ready()).rejects.toMatchObject({
        name: ThreadStartError.name,
        cause: { message: "the worker's script was refused" },
      });
      expect(pool.active).toBe(1);
      expect(results("mark", 5)).toEqual(marks(5));
    },
    DEADLINE,
  );
});

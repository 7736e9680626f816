import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { KernelError, ThreadLostError, ThreadStartError } from "./errors.ts";
import type { Pool } from "./pool.ts";
import { FLAG, RESULTS } from "./testing/kernels.ts";
import { marks, type Setup, setup } from "./testing/setup.ts";

const DEADLINE = 20_000;
const pools: Pool[] = [];
let workers: Worker[] = [];
/** Keeps `workers` to those that live. */
const remember = (worker: Worker): void => {
  workers.push(worker);
  worker.once("exit", () => {
    workers = workers.filter((other) => other !== worker);
  });
};

const started = async (threads: number, stallSeconds: number): Promise<Setup> => {
  const made = setup({ threads, stallSeconds });
  pools.push(made.pool);
  await made.pool.ready();
  return made;
};

beforeEach(() => {
  workers = [];
  process.on("worker", remember);
});

afterEach(() => {
  process.off("worker", remember);
  vi.restoreAllMocks();
  for (const pool of pools.splice(0)) pool.dispose();
});

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

function errorOf(action: () => void): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Another thread that clears words of the kernels' memory, each some time after the former. */
function clearLater(words: Int32Array, steps: readonly { readonly index: number; readonly after: number }[]): Worker {
  const source = `
    const { words, steps } = require("node:worker_threads").workerData;
    for (const { index, after } of steps) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, after);
      Atomics.store(words, index, 0);
    }`;
  return new Worker(source, { eval: true, workerData: { words, steps }, execArgv: [] });
}

/** All threads take part and every unit is done once. */
async function expectWhole({ pool, words, results }: Setup): Promise<void> {
  await pool.ready();
  expect(pool.active).toBe(pool.threads);
  words[FLAG.delay / 4] = 300_000;
  const found = new Set<number>();
  for (let run = 0; run < 200 && found.size < pool.threads; run++) {
    for (const thread of results("who", 20)) found.add(thread);
  }
  expect(found.size).toBe(pool.threads);
  words[FLAG.delay / 4] = 0;
  for (let run = 0; run < 50; run++) expect(results("mark", 60)).toEqual(marks(60));
}

describe("a kernel that traps", () => {
  it.each([1, 2, 3])(
    "is named with its unit, on a pool of %i threads that goes on",
    async (threads) => {
      const made = await started(threads, 10);
      for (let run = 0; run < 100; run++) {
        const error = errorOf(() => made.run("trapAtUnit3", 1000));
        expect(error).toBeInstanceOf(KernelError);
        const { kernel, unit, thread, message, cause } = error as KernelError;
        expect([kernel, unit]).toEqual(["trapAtUnit3", 3]);
        expect(thread).toBeLessThan(threads);
        expect(message).toBe(`kernel "trapAtUnit3" failed at unit 3 on thread ${thread}: unreachable`);
        expect(cause).toBeInstanceOf(WebAssembly.RuntimeError);
        expect(made.results("mark", 12)).toEqual(marks(12));
      }
      await expectWhole(made);
    },
    DEADLINE,
  );

  it(
    "may trap on a worker, and abandons the units that nobody had begun",
    async () => {
      const made = await started(2, 10);
      const { words, results } = made;
      // Nobody else will arrive, so every unit of the main thread takes its delay.
      words[FLAG.delay / 4] = 200_000;
      words[FLAG.expected / 4] = 2;
      const error = errorOf(() => results("trapOnWorkers", 10_000));
      expect(error).toBeInstanceOf(KernelError);
      const { unit } = error as KernelError;
      expect(error).toMatchObject({
        thread: 1,
        message: `kernel "trapOnWorkers" failed at unit ${unit} on thread 1: unreachable`,
      });
      const begun = words.subarray(RESULTS / 4, RESULTS / 4 + 10_000);
      expect(begun[unit]).toBe(0);
      expect(begun.at(-1)).toBe(0);
      await expectWhole(made);
    },
    DEADLINE,
  );

  it(
    "on the main thread ends the job for the others",
    async () => {
      const { words, results } = await started(2, 10);
      words[FLAG.delay / 4] = 200_000;
      for (let run = 0; run < 5; run++) {
        words[FLAG.arrived / 4] = 0;
        words[FLAG.expected / 4] = 1;
        const error = errorOf(() => results("trapOnMain", 10_000));
        expect(error).toBeInstanceOf(KernelError);
        expect(error).toMatchObject({ thread: 0, message: expect.stringContaining("on thread 0: unreachable") });
        expect(words[RESULTS / 4 + 9999]).toBe(0);
      }
    },
    DEADLINE,
  );

  it("leaves the later units undone on one thread", async () => {
    const { words, results } = await started(1, 10);
    expect(errorOf(() => results("trapAtUnit3", 6))).toBeInstanceOf(KernelError);
    expect([...words.subarray(RESULTS / 4, RESULTS / 4 + 6)]).toEqual([1, 2, 3, 0, 0, 0]);
  });
});

describe("a worker that hangs", () => {
  it(
    "is lost, terminated and replaced",
    async () => {
      const made = await started(3, 0.3);
      const { pool, hang, results } = made;
      for (const lost of [[1, 2], [2], [1]]) {
        const error = errorOf(() => hang(lost));
        expect(error).toBeInstanceOf(ThreadLostError);
        expect((error as ThreadLostError).threads).toEqual(lost);
        expect(pool.active).toBe(1);
        for (let run = 0; run < 20; run++) expect(results("mark", 60)).toEqual(marks(60));
        // While the new worker starts, nobody waits for the state that the lost one left behind.
        while (pool.active === 1) await sleep(1);
        expect(results("mark", 60)).toEqual(marks(60));
        await expectWhole(made);
      }
    },
    DEADLINE,
  );

  it(
    "is waited for when it only takes long",
    async () => {
      const made = await started(2, 3);
      const { hang, words } = made;
      clearLater(words, [{ index: FLAG.hang / 4 + 1, after: 800 }]);
      hang([1]);
      await expectWhole(made);
    },
    DEADLINE,
  );

  it(
    "has its time counted from when the last other worker came back",
    async () => {
      const made = await started(3, 2);
      const { hang, words } = made;
      clearLater(words, [
        { index: FLAG.hang / 4 + 2, after: 1200 },
        { index: FLAG.hang / 4 + 1, after: 1200 },
      ]);
      hang([1, 2]);
      await expectWhole(made);
    },
    DEADLINE,
  );
});

describe("a worker that dies", () => {
  it(
    "between runs is replaced",
    async () => {
      const made = await started(3, 10);
      for (let round = 0; round < 5; round++) {
        const victim = workers[round % 2]!;
        const exit = new Promise((resolve) => victim.once("exit", resolve));
        void victim.terminate();
        expect(made.results("mark", 60)).toEqual(marks(60));
        await exit;
        expect(made.pool.active).toBe(2);
        expect(made.results("mark", 60)).toEqual(marks(60));
        await expectWhole(made);
      }
    },
    DEADLINE,
  );

  it(
    "in its unit is lost and replaced",
    async () => {
      const made = await started(2, 0.3);
      const wait = Atomics.wait;
      vi.spyOn(Atomics, "wait").mockImplementation(((array: Int32Array, index: number, value: number, time: number) => {
        if (workers.length > 0) void workers.pop()!.terminate();
        return wait(array, index, value, time);
      }) as typeof Atomics.wait);
      expect(errorOf(() => made.hang([1]))).toBeInstanceOf(ThreadLostError);
      vi.restoreAllMocks();
      await expectWhole(made);
    },
    DEADLINE,
  );

  it(
    "at any moment costs at most the run that it died in",
    async () => {
      const made = await started(3, 0.3);
      for (let round = 0; round < 12; round++) {
        const victims = [...workers];
        for (let run = 0; run < round; run++) made.run("mark", 10);
        const exits = victims.map((worker) => worker.terminate());
        try {
          expect(made.results("mark", 60)).toEqual(marks(60));
        } catch (error) {
          expect(error).toBeInstanceOf(ThreadLostError);
        }
        expect(made.results("mark", 60)).toEqual(marks(60));
        if (round % 4 !== 0) await Promise.all(exits);
        await made.pool.ready();
      }
      await sleep(50);
      await expectWhole(made);
    },
    DEADLINE,
  );

  it(
    "at its start is given up after some attempts, and the pool goes on without it",
    async () => {
      let attempts = 0;
      class Doomed extends Worker {
        constructor() {
          attempts++;
          super("process.exit(3)", { eval: true, execArgv: [] });
        }
      }
      vi.spyOn(process, "getBuiltinModule").mockReturnValue({ Worker: Doomed });
      const { pool, results } = setup({ threads: 3 });
      pools.push(pool);
      const error = await pool.ready().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ThreadStartError);
      expect(error).toMatchObject({
        message: "2 of 2 workers could not be started",
        cause: { message: "the worker exited with code 3" },
      });
      expect(attempts).toBe(6);
      expect(pool.active).toBe(1);
      expect(results("mark", 9)).toEqual(marks(9));
      await expect(pool.ready()).rejects.toThrow(ThreadStartError);
    },
    DEADLINE,
  );
});

import { afterEach, describe, expect, it, vi } from "vitest";
import { DisposedError, NestedRunError, PoolArgumentError } from "./errors.ts";
import { availableThreads } from "./host.ts";
import { createPool, type Pool } from "./pool.ts";
import { compileKernels, createMemory, FLAG, RESULTS } from "./testing/kernels.ts";
import { marks, type Setup, setup } from "./testing/setup.ts";

const DEADLINE = 20_000;
const pools: Pool[] = [];

const started = async (threads: number): Promise<Setup> => {
  const made = setup({ threads });
  pools.push(made.pool);
  await made.pool.ready();
  return made;
};

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  for (const pool of pools.splice(0)) pool.dispose();
});

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Numbers below `bound`, the same in every run. */
function sequence(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

describe("run", () => {
  it.each([2, 4])(
    "does every unit once and nothing else, over 2000 runs on %i threads",
    async (threads) => {
      const { pool, module, words } = await started(threads);
      const random = sequence(threads);
      const region = words.subarray(RESULTS / 4, RESULTS / 4 + 512);
      const expected = new Int32Array(region.length);
      for (let run = 0; run < 2000; run++) {
        const units = random(3) === 0 ? random(5) : random(200);
        const offset = random(300);
        words[FLAG.delay / 4] = random(4) === 0 ? random(2000) : 0;
        // Another kernel in between, so that a late worker would leave a mark of the wrong kind.
        pool.run(module, random(2) === 0 ? "mark" : "empty", RESULTS + 4 * 500, 0);
        pool.run(module, "mark", RESULTS + 4 * offset, units);
        for (let unit = 0; unit < units; unit++) expected[offset + unit]! += unit + 1;
        if (Buffer.compare(bytesOf(region), bytesOf(expected)) !== 0) expect([...region]).toEqual([...expected]);
        if (run % 100 === 0) await sleep(random(3));
      }
      expect([...region]).toEqual([...expected]);
    },
    DEADLINE,
  );

  it.each([2, 3])(
    "keeps 100,000 hasty runs apart on %i threads",
    async (threads) => {
      const { pool, words, module } = await started(threads);
      const other = pool.addModule(compileKernels(["who", "empty", "mark"]));
      const counts = [0, 0, 0, 0];
      for (let run = 0; run < 100_000; run++) {
        // The job's every word differs from the last one's. Each slot of 16 results has its own number of units.
        const slot = run % 4;
        pool.run(slot % 2 ? module : other, "mark", RESULTS + 64 * slot, 2 + 3 * slot);
        counts[slot]!++;
      }
      for (const [slot, count] of counts.entries()) {
        const from = RESULTS / 4 + 16 * slot;
        const expected = Array.from({ length: 16 }, (_, unit) => (unit < 2 + 3 * slot ? count * (unit + 1) : 0));
        expect([...words.subarray(from, from + 16)]).toEqual(expected);
      }
    },
    DEADLINE,
  );

  it(
    "leaves the processor alone between runs",
    async () => {
      const { results } = await started(3);
      expect(results("mark", 50)).toEqual(marks(50));
      await sleep(20);
      const [before, began] = [process.cpuUsage(), performance.now()];
      await sleep(400);
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1000).toBeLessThan((performance.now() - began) / 3);
    },
    DEADLINE,
  );

  it(
    "shares the units between all threads",
    async () => {
      const { words, results } = await started(3);
      words[FLAG.delay / 4] = 1_000_000;
      const found = new Set<number>();
      for (let run = 0; run < 50 && found.size < 3; run++) for (const thread of results("who", 30)) found.add(thread);
      expect([...found].sort()).toEqual([1, 2, 3]);
    },
    DEADLINE,
  );

  it(
    "does nothing for no unit, and one unit on the main thread",
    async () => {
      const { results, run, words } = await started(4);
      expect(results("mark", 0)).toEqual([]);
      expect(words.subarray(RESULTS / 4).every((word) => word === 0)).toBe(true);
      const before = performance.now();
      const threads = new Set<number>();
      while (performance.now() - before < 200) {
        run("empty", 4);
        run("who", 1);
        threads.add(words[RESULTS / 4]!);
      }
      expect([...threads]).toEqual([1]);
      expect(results("mark", 2)).toEqual(marks(2));
    },
    DEADLINE,
  );

  it(
    "passes any 32-bit descriptor",
    async () => {
      const { pool, module } = await started(2);
      for (const descriptor of [0xffff_ffff, -1, -(2 ** 31)]) pool.run(module, "empty", descriptor, 5);
      expect(() => pool.run(module, "mark", 0x7fff_0000, 5)).toThrow(/out of bounds/);
    },
    DEADLINE,
  );

  it(
    "works while the workers start",
    () => {
      const { pool, results } = setup({ threads: 4 });
      pools.push(pool);
      expect(pool.threads).toBe(4);
      for (let run = 0; run < 300; run++) expect(results("mark", 20)).toEqual(marks(20));
    },
    DEADLINE,
  );

  it(
    "polls where the main thread may not sleep",
    async () => {
      const { words, results } = await started(3);
      vi.spyOn(Atomics, "wait").mockImplementation(() => {
        throw new TypeError("Atomics.wait cannot be called in this context");
      });
      words[FLAG.delay / 4] = 1_000_000;
      for (let run = 0; run < 20; run++) expect(results("who", 5).every((thread) => thread > 0)).toBe(true);
    },
    DEADLINE,
  );

  it(
    "refuses to run within a run",
    async () => {
      const { pool, hang, words, results } = await started(2);
      const wait = Atomics.wait;
      const errors: unknown[] = [];
      vi.spyOn(Atomics, "wait").mockImplementation(((array: Int32Array, index: number, value: number) => {
        for (const nested of [() => results("mark", 3), () => pool.addModule(compileKernels(["empty"]))]) {
          try {
            nested();
          } catch (error) {
            errors.push(error);
          }
        }
        words[FLAG.hang / 4 + 1] = 0;
        return wait(array, index, value, 1);
      }) as typeof Atomics.wait);
      hang([1]);
      expect(errors.length).toBeGreaterThanOrEqual(2);
      for (const error of errors) expect(error).toBeInstanceOf(NestedRunError);
      vi.restoreAllMocks();
      expect(results("mark", 30)).toEqual(marks(30));
    },
    DEADLINE,
  );

  it("refuses arguments that it cannot use", () => {
    const { pool, module } = setup({ threads: 1 });
    pools.push(pool);
    expect(() => pool.run(module, "nothing", 0, 1)).toThrow(PoolArgumentError);
    expect(() => pool.run(module + 1, "mark", 0, 1)).toThrow(/module 1 of 1 has no kernel "mark"/);
    for (const units of [-1, 1.5, 2 ** 30, Number.NaN]) {
      expect(() => pool.run(module, "mark", 0, units)).toThrow(/units is/);
    }
    for (const descriptor of [2 ** 32, -(2 ** 31) - 1, 0.5]) {
      expect(() => pool.run(module, "mark", descriptor, 1)).toThrow(/descriptor is/);
    }
  });
});

describe("addModule", () => {
  it(
    "gives a module to workers that run, sleep or start",
    async () => {
      const { pool, words, run } = await started(2);
      words[FLAG.delay / 4] = 1_000_000;
      for (const pause of [0, 5, 0, 5]) {
        await sleep(pause);
        const late = pool.addModule(compileKernels(["trapAtUnit3", "who"]));
        run("who", 4);
        const found = new Set<number>();
        for (let attempt = 0; attempt < 500 && found.size < 2; attempt++) {
          pool.run(late, "who", RESULTS, 4);
          for (const thread of words.subarray(RESULTS / 4, RESULTS / 4 + 4)) found.add(thread);
        }
        expect([...found].sort()).toEqual([1, 2]);
      }
    },
    DEADLINE,
  );

  it(
    "takes many modules in a row",
    async () => {
      const { pool, words } = setup({ threads: 3 });
      pools.push(pool);
      const modules = Array.from({ length: 60 }, (_, i) =>
        pool.addModule(compileKernels(i % 2 ? ["mark"] : ["who", "mark"])),
      );
      await pool.ready();
      modules.push(...Array.from({ length: 60 }, () => pool.addModule(compileKernels(["mark"]))));
      for (const module of modules) {
        words.fill(0, RESULTS / 4);
        pool.run(module, "mark", RESULTS, 50);
        expect([...words.subarray(RESULTS / 4, RESULTS / 4 + 50)]).toEqual(marks(50));
      }
    },
    DEADLINE,
  );

  it("refuses a module with another memory", () => {
    const { pool } = setup({ threads: 1 }, false);
    pools.push(pool);
    expect(() => pool.addModule(compileKernels(["mark"], true))).toThrow(WebAssembly.LinkError);
  });
});

describe("createPool", () => {
  it("has one thread without shared memory where that is all there is", () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    expect(availableThreads(4)).toBe(1);
    for (const threads of [1, 4]) {
      const { pool, results } = setup({ threads }, false);
      pools.push(pool);
      expect([pool.threads, pool.active]).toEqual([1, 1]);
      expect(results("mark", 9)).toEqual(marks(9));
    }
  });

  it("starts no worker for one thread", async () => {
    const began = vi.fn();
    process.on("worker", began);
    const { pool, results } = setup({ threads: 1 }, false);
    pools.push(pool);
    await pool.ready();
    await sleep(5);
    process.off("worker", began);
    expect(began).not.toHaveBeenCalled();
    expect(results("mark", 9)).toEqual(marks(9));
  });

  it("has the threads that were asked for here", () => expect(availableThreads(7)).toBe(7));

  it("refuses options that it cannot use", () => {
    const memory = createMemory();
    for (const threads of [0, 1.5, 257]) expect(() => createPool({ threads, memory })).toThrow(/threads is/);
    for (const stallSeconds of [0, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => createPool({ threads: 1, memory, stallSeconds })).toThrow(/stallSeconds is/);
    }
    expect(() => createPool({ threads: 2, memory: createMemory(false) })).toThrow(/memory is not shared/);
  });
});

describe("dispose", () => {
  it(
    "can be called 100 times in a life, at any point",
    async () => {
      for (let life = 0; life < 100; life++) {
        const { pool, results } = setup({ threads: life % 10 === 0 ? 4 : 2 });
        if (life % 3 === 0) await pool.ready();
        if (life % 5 === 0) expect(results("mark", 40)).toEqual(marks(40));
        if (life % 7 === 0) await sleep(1);
        pool.dispose();
        if (life % 2 === 0) pool.dispose();
      }
    },
    DEADLINE,
  );

  it(
    "ends everything",
    async () => {
      const { pool, run } = setup({ threads: 2 });
      const ready = pool.ready();
      pool.dispose();
      await expect(ready).rejects.toThrow(DisposedError);
      await expect(pool.ready()).rejects.toThrow(DisposedError);
      expect(() => run("mark", 3)).toThrow(DisposedError);
      expect(() => pool.addModule(compileKernels(["mark"]))).toThrow(DisposedError);
      expect(pool.active).toBe(1);
    },
    DEADLINE,
  );
});

const bytesOf = (words: Int32Array): Uint8Array => new Uint8Array(words.buffer, words.byteOffset, words.byteLength);

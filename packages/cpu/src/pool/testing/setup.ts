import { createPool, type Pool, type PoolOptions } from "../pool.ts";
import { compileKernels, createMemory, FLAG, type KernelName, RESULTS } from "./kernels.ts";

const KERNELS = ["empty", "mark", "who", "trapAtUnit3", "trapOnWorkers", "trapOnMain", "hangOnWorkers"] as const;

/** Longer than any machine takes to start a few threads, as a count of a kernel's delay loop. */
const LONG_DELAY = 2 ** 31 - 1;

export interface Setup {
  readonly pool: Pool;
  readonly words: Int32Array;
  readonly module: number;
  /** Runs a kernel with results at `RESULTS`. */
  run(name: KernelName, units: number): void;
  /** Clears the results, runs, and returns them. */
  results(name: KernelName, units: number): number[];
  /** Has all threads take a unit of `hangOnWorkers` each; these hang until their flag is 0. */
  hang(threads: readonly number[]): void;
}

export function setup(options: Omit<PoolOptions, "memory">, shared = true): Setup {
  const memory = createMemory(shared);
  const words = new Int32Array(memory.buffer);
  const pool = createPool({ ...options, memory });
  const module = pool.addModule(compileKernels(KERNELS, shared));
  const run = (name: KernelName, units: number): void => pool.run(module, name, RESULTS, units);
  return {
    pool,
    words,
    module,
    run,
    results(name, units) {
      words.fill(0, RESULTS / 4);
      run(name, units);
      return [...words.subarray(RESULTS / 4, RESULTS / 4 + units)];
    },
    hang(threads) {
      words[FLAG.delay / 4] = LONG_DELAY;
      words[FLAG.arrived / 4] = 0;
      words[FLAG.expected / 4] = pool.threads - 1;
      for (let thread = 0; thread < pool.threads; thread++) {
        words[FLAG.hang / 4 + thread] = threads.includes(thread) ? 1 : 0;
      }
      run("hangOnWorkers", pool.threads);
    },
  };
}

/** The results of `mark` when each unit was done once. */
export const marks = (units: number): number[] => Array.from({ length: units }, (_, unit) => unit + 1);

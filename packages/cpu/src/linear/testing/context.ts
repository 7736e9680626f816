import { type Context, createContext } from "../../backend/context.ts";
import { runs } from "../../engine/choose.ts";
import { maximumPages } from "../../engine/compile.ts";
import { type EngineName, engines } from "../../engine/engine.ts";
import { createHeap } from "../../memory/heap.ts";
import { createScratch } from "../../memory/scratch.ts";
import { createPool } from "../../pool/pool.ts";

/** The engines that run on this machine. */
export const enginesHere = engines.filter((engine) => runs(engine, true)).map(({ name }) => name);

export interface TestContext {
  readonly context: Context;
  /** Fills all memory that the next call may take with NaN. */
  poison(): void;
  dispose(): void;
}

export async function startContext(engine: EngineName, threads: number, megabytes = 64): Promise<TestContext> {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: maximumPages, shared: true });
  const heap = createHeap(memory);
  const scratch = createScratch(heap);
  const pool = createPool({ threads, memory });
  await pool.ready();
  const context = createContext(engines.find(({ name }) => name === engine)!, heap, scratch, pool);
  return {
    context,
    poison() {
      scratch.release();
      const address = scratch.take(megabytes * 2 ** 20);
      context.float32.fill(Number.NaN, address / 4, address / 4 + megabytes * 2 ** 18);
      scratch.release();
    },
    dispose: () => pool.dispose(),
  };
}

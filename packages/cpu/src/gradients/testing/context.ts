import { type Context, createContext } from "../../backend/context.ts";
import { type EngineName, engines } from "../../engine/engine.ts";
import { createHeap } from "../../memory/heap.ts";
import { createScratch } from "../../memory/scratch.ts";
import { createPool } from "../../pool/pool.ts";

/** What a backend hands to its kernels, without a backend. */
export async function testContext(name: EngineName, threads: number): Promise<Context> {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536, shared: true });
  const heap = createHeap(memory);
  const pool = createPool({ threads, memory });
  await pool.ready();
  const engine = engines.find((one) => one.name === name)!;
  return createContext(engine, heap, createScratch(heap), pool);
}

import type { WasmFunction } from "../assembler/function.ts";
import { compile } from "../engine/compile.ts";
import type { Engine } from "../engine/engine.ts";
import { constants, lastPanel } from "../exact/layout.ts";
import type { Heap } from "../memory/heap.ts";
import type { Scratch } from "../memory/scratch.ts";
import type { Pool } from "../pool/pool.ts";

/** What a call has at hand: memory, threads, and kernels compiled for their shapes. */
export interface Context {
  readonly engine: Engine;
  readonly heap: Heap;
  readonly scratch: Scratch;
  readonly pool: Pool;
  /**
   * Runs the kernel `name` of a module over units; the module is made on first use.
   * @param key tells modules apart: everything that `make` depends on
   */
  run(key: string, make: () => readonly WasmFunction[], name: string, descriptor: number, units: number): void;
  /** Address of the constants of exact attention over m keys; they stay. */
  constantsFor(m: number): number;
  /** Address of at least `bytes` zeros; they stay. */
  zeros(bytes: number): number;
  /** Views of the memory as it is now; growing it makes new ones. */
  readonly float32: Float32Array;
  readonly int32: Int32Array;
  readonly bytes: Uint8Array;
}

export function createContext(engine: Engine, heap: Heap, scratch: Scratch, pool: Pool): Context {
  const { memory } = heap;
  const shared = !(memory.buffer instanceof ArrayBuffer);
  const modules = new Map<string, number>();
  let buffer = memory.buffer;
  let float32 = new Float32Array(buffer);
  let int32 = new Int32Array(buffer);
  let bytes = new Uint8Array(buffer);
  const renew = () => {
    if (buffer === memory.buffer) return;
    buffer = memory.buffer;
    float32 = new Float32Array(buffer);
    int32 = new Int32Array(buffer);
    bytes = new Uint8Array(buffer);
  };
  const kept = new Map<number, number>();
  let zeros = { address: 0, bytes: 0 };
  const keep = (content: Uint8Array) => {
    const address = heap.allocate(content.length);
    renew();
    bytes.set(content, address);
    return address;
  };
  return {
    engine,
    heap,
    scratch,
    pool,
    run(key, make, name, descriptor, units) {
      let module = modules.get(key);
      if (module === undefined) {
        module = pool.addModule(compile(engine, make(), shared));
        modules.set(key, module);
      }
      pool.run(module, name, descriptor, units);
    },
    constantsFor(m) {
      const { from, width } = lastPanel(engine, m);
      const key = 32 * width + m - from;
      let address = kept.get(key);
      if (address === undefined) {
        address = keep(constants(engine, m));
        kept.set(key, address);
      }
      return address;
    },
    zeros(wanted) {
      if (zeros.bytes < wanted) {
        if (zeros.address) heap.free(zeros.address);
        zeros = { address: keep(new Uint8Array(wanted)), bytes: wanted };
      }
      return zeros.address;
    },
    get float32() {
      renew();
      return float32;
    },
    get int32() {
      renew();
      return int32;
    },
    get bytes() {
      renew();
      return bytes;
    },
  };
}

import { compile } from "../../engine/compile.ts";
import { type Engine, engines } from "../../engine/engine.ts";
import type { WasmFunction } from "../function.ts";

/** A module that runs alone, over a memory of its own. */
export interface Running {
  call(name: string, ...values: number[]): number;
  readonly exported: readonly string[];
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly int32: Int32Array<ArrayBuffer>;
  readonly float32: Float32Array<ArrayBuffer>;
}

/** Needs nothing beyond WebAssembly's fixed SIMD, so that it compiles everywhere. */
export const plainEngine: Engine = engines.at(-1)!;

export function instantiate(functions: readonly WasmFunction[], engine: Engine = plainEngine, pages = 4): Running {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { exports } = new WebAssembly.Instance(compile(engine, functions, false), { env: { memory } });
  return {
    call: (name, ...values) => (exports[name] as (...values: number[]) => number)(...values),
    exported: Object.keys(exports),
    bytes: new Uint8Array(memory.buffer as ArrayBuffer),
    int32: new Int32Array(memory.buffer as ArrayBuffer),
    float32: new Float32Array(memory.buffer as ArrayBuffer),
  };
}

import { defineFunction } from "../assembler/function.ts";
import { f32, f32x4, i32, v128 } from "../assembler/instructions.ts";
import { compile, v8Version } from "./compile.ts";
import { type Engine, type EngineName, engines } from "./engine.ts";

/** The first engine of the list that this machine runs and that computes rightly. */
export function chooseEngine(shared: boolean): Engine {
  return engines.find((engine) => runs(engine, shared)) ?? engines.at(-1)!;
}

/** The name of the kernels that a backend of this process takes: 256 bits wide or 128. */
export function cpuEngine(): EngineName {
  return chooseEngine(false).name;
}

/** Whether this machine runs code for the engine, and computes rightly with it. */
export function runs(engine: Engine, shared: boolean): boolean {
  return mayRun(engine) && computes(engine, shared);
}

/** V8 from which on the revectorizer is sound, and register tiles of 6 × 8 do not spill (Node 24). */
const recentV8 = 13.6;

function mayRun({ name }: Engine): boolean {
  const v8 = v8Version();
  switch (name) {
    case "256-bit":
      return v8 >= recentV8 && isX64();
    case "128-bit":
      return v8 === 0 || v8 >= recentV8;
    default:
      return true;
  }
}

function isX64(): boolean {
  return (globalThis as { process?: { arch?: string } }).process?.arch === "x64";
}

/** Runs a few multiply-adds and compares them with float64: an experimental compiler is not taken at its word. */
function computes(engine: Engine, shared: boolean): boolean {
  try {
    const module = compile(engine, [probe(engine)], shared);
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared });
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    const floats = new Float32Array(memory.buffer);
    for (let index = 0; index < 64; index += 1) floats[index] = Math.fround(Math.sin(index + 1));
    (exports.probe as (steps: number) => void)(5);
    return Array.from({ length: 16 }, (_, lane) => {
      const expected = 5 * floats[lane]! * floats[16 + lane]! + Math.max(floats[32 + lane]!, 0);
      return Math.abs(floats[64 + lane]! - expected) < 1e-6;
    }).every(Boolean);
  } catch {
    return false;
  }
}

function probe(engine: Engine) {
  return defineFunction(
    "probe",
    ["i32"],
    (scope, steps) => {
      const sums = [0, 1, 2, 3].map(() => scope.v128());
      const step = scope.i32();
      const zero = f32x4.splat(f32.const(0));
      const at = (vector: number, offset: number) => v128.load(i32.const(0), offset + 16 * vector);
      return [
        sums.map((sum, v) => sum.set(f32x4.pmax(at(v, 128), zero))),
        step.set(i32.const(0)),
        [0x03, 0x40],
        sums.map((sum, v) => sum.set(engine.madd(at(v, 0), at(v, 64), sum.get))),
        step.set(i32.add(step.get, i32.const(1))),
        [i32.ltS(step.get, steps!.get), 0x0d, 0, 0x0b],
        sums.map((sum, v) => v128.store(i32.const(0), sum.get, 256 + 16 * v)),
      ];
    },
    { exported: true },
  );
}

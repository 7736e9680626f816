import type { WasmFunction } from "../assembler/function.ts";
import { assembleModule } from "../assembler/module.ts";
import type { Engine } from "./engine.ts";

/** Largest memory that a kernel can address: 4 GiB in pages of 64 KiB. */
export const maximumPages = 65536;

interface FlagSetter {
  setFlagsFromString(flag: string): void;
}

/** `node:v8` where there is one; nothing in a browser. */
function flagSetter(): FlagSetter | undefined {
  const builtin = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process
    ?.getBuiltinModule;
  return builtin?.("node:v8") as FlagSetter | undefined;
}

/** V8's version as a number such as 13.6, by Node's report; 0 where there is none. */
export function v8Version(): number {
  const versions = (globalThis as { process?: { versions?: { v8?: string } } }).process?.versions;
  return Number.parseFloat(versions?.v8 ?? "0");
}

/** Flags that make V8 optimize at once instead of when the code has run for a while. */
const eager = ["no-liftoff", "no-wasm-lazy-compilation", "no-wasm-tier-up"];

/**
 * Compiles kernels for an engine. V8's flags are process-wide: they are set for the one synchronous compilation and
 * put back after it, also when it throws.
 *
 * @throws WebAssembly.CompileError when the engine does not know an instruction
 */
export function compile(engine: Engine, functions: readonly WasmFunction[], shared: boolean): WebAssembly.Module {
  const bytes = assembleModule({ shared, minimum: 1, maximum: maximumPages }, functions);
  const flags = engine.flags.filter(({ below }) => v8Version() < below).map(({ flag }) => flag);
  return withFlags([...eager, ...flags], () => new WebAssembly.Module(bytes));
}

function withFlags<Result>(flags: readonly string[], work: () => Result): Result {
  const v8 = flagSetter();
  if (!v8) return work();
  for (const flag of flags) v8.setFlagsFromString(`--${flag}`);
  try {
    return work();
  } finally {
    for (const flag of flags) v8.setFlagsFromString(`--${flag.startsWith("no-") ? flag.slice(3) : `no-${flag}`}`);
  }
}

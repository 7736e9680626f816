import v8 from "node:v8";
import { afterEach, describe, expect, it, vi } from "vitest";
import { defineFunction } from "../assembler/function.ts";
import { runs } from "../engine/choose.ts";
import { compile } from "../engine/compile.ts";
import { type Engine, engines } from "../engine/engine.ts";

afterEach(() => vi.restoreAllMocks());

/** The last setting of each of V8's flags, on or off, that the work left behind. */
function flagsLeft(work: () => void): { readonly first: Map<string, boolean>; readonly last: Map<string, boolean> } {
  const setter = vi.spyOn(v8, "setFlagsFromString");
  work();
  const first = new Map<string, boolean>();
  const last = new Map<string, boolean>();
  for (const [flag] of setter.mock.calls) {
    const off = flag.startsWith("--no-");
    const name = flag.slice(off ? 5 : 2);
    if (!first.has(name)) first.set(name, !off);
    last.set(name, !off);
  }
  return { first, last };
}

const eager = { liftoff: false, "wasm-lazy-compilation": false, "wasm-tier-up": false };
const opposite = (flags: Readonly<Record<string, boolean>>) =>
  Object.fromEntries(Object.entries(flags).map(([name, on]) => [name, !on]));

const fine = defineFunction("fine", [], () => []);
/** Takes a value from an empty stack. */
const broken = defineFunction("broken", ["i32"], (_, x) => x!.set([]));
const here = engines.filter((engine) => runs(engine, false));

describe.each(here)("compile for $name kernels", (engine: Engine) => {
  const needed = engine.flags.filter(({ below }) => Number.parseFloat(process.versions.v8) < below);
  const own = Object.fromEntries(needed.map(({ flag }) => [flag, true]));

  it("compiles at once, and puts V8's flags back", () => {
    const { first, last } = flagsLeft(() => compile(engine, [fine], false));
    expect(Object.fromEntries(first)).toEqual({ ...eager, ...own });
    expect(Object.fromEntries(last)).toEqual(opposite({ ...eager, ...own }));
  });

  it("puts V8's flags back also when the code is refused", () => {
    const { first, last } = flagsLeft(() => {
      expect(() => compile(engine, [broken], false)).toThrow(WebAssembly.CompileError);
    });
    expect(Object.fromEntries(first)).toEqual({ ...eager, ...own });
    expect(Object.fromEntries(last)).toEqual(opposite({ ...eager, ...own }));
  });
});

it("sets the flags that older versions of V8 need only there", () => {
  const engine: Engine = { ...here[0]!, flags: [{ flag: "experimental-wasm-relaxed-simd", below: 12 }] };
  const { first } = flagsLeft(() => compile(engine, [fine], false));
  expect(first.has("experimental-wasm-relaxed-simd")).toBe(Number.parseFloat(process.versions.v8) < 12);
});

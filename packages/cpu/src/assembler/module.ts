import { flatten, unsigned } from "./code.ts";
import type { ValueType, WasmFunction } from "./function.ts";

export interface ModuleMemory {
  readonly shared: boolean;
  /** Pages of 64 KiB; the memory handed in must have at least the minimum and at most the maximum. */
  readonly minimum: number;
  readonly maximum: number;
}

const types: Readonly<Record<ValueType, number>> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

/** The binary of a module that imports its memory as `env.memory` (WebAssembly Core Specification, section 5.5). */
export function assembleModule(memory: ModuleMemory, functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const indices = new Map(functions.map(({ name }, index) => [name, index]));
  const indexOf = (name: string) => {
    const index = indices.get(name);
    if (index === undefined) throw new RangeError(`function "${name}" is called, but the module does not have it`);
    return index;
  };
  const limits = [memory.shared ? 3 : 1, ...unsigned(memory.minimum), ...unsigned(memory.maximum)];
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(functions.map(signature))),
    ...section(2, vector([[...text("env"), ...text("memory"), 0x02, ...limits]])),
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(7, vector(exportsOf(functions))),
    ...section(10, vector(functions.map((one) => body(one, indexOf)))),
  ]);
}

function signature({ parameters, results }: WasmFunction): number[] {
  const list = (of: readonly ValueType[]) => vector(of.map((type) => [types[type]]));
  return [0x60, ...list(parameters), ...list(results)];
}

function exportsOf(functions: readonly WasmFunction[]): number[][] {
  return functions.flatMap(({ name, exported }, index) =>
    exported ? [[...text(name), 0x00, ...unsigned(index)]] : [],
  );
}

function body({ locals, body }: WasmFunction, indexOf: (name: string) => number): number[] {
  const code = [...vector(runs(locals)), ...flatten(body, indexOf), 0x0b];
  return [...unsigned(code.length), ...code];
}

/** Neighbouring locals of one type are declared together. */
function runs(locals: readonly ValueType[]): number[][] {
  const groups: { type: ValueType; count: number }[] = [];
  for (const type of locals) {
    const last = groups.at(-1);
    if (last?.type === type) last.count += 1;
    else groups.push({ type, count: 1 });
  }
  return groups.map(({ type, count }) => [...unsigned(count), types[type]]);
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): number[] {
  return [...unsigned(value.length), ...new TextEncoder().encode(value)];
}

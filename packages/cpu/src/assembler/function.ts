import type { Call, Code } from "./code.ts";
import { unsigned } from "./code.ts";
import { i32 } from "./instructions.ts";

export type ValueType = "i32" | "f32" | "v128";

export interface Local {
  readonly get: Code;
  set(value: Code): Code;
  tee(value: Code): Code;
}

export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly locals: readonly ValueType[];
  readonly body: Code;
  readonly exported: boolean;
}

/** Hands out the locals of one function. */
export interface Scope {
  local(type: ValueType): Local;
  i32(): Local;
  f32(): Local;
  v128(): Local;
}

/** Defines a function; `build` gets its scope and its parameters, and returns its body. */
export function defineFunction(
  name: string,
  parameters: readonly ValueType[],
  build: (scope: Scope, ...parameters: Local[]) => Code,
  options: { readonly results?: readonly ValueType[]; readonly exported?: boolean } = {},
): WasmFunction {
  const locals: ValueType[] = [];
  const at = (index: number): Local => ({
    get: [0x20, unsigned(index)],
    set: (value) => [value, 0x21, unsigned(index)],
    tee: (value) => [value, 0x22, unsigned(index)],
  });
  const local = (type: ValueType) => at(parameters.length + locals.push(type) - 1);
  const scope: Scope = { local, i32: () => local("i32"), f32: () => local("f32"), v128: () => local("v128") };
  const body = build(scope, ...parameters.map((_, index) => at(index)));
  return { name, parameters, results: options.results ?? [], locals, body, exported: options.exported ?? false };
}

export function call(name: string, ...operands: Code[]): Code {
  const target: Call = { call: name };
  return [operands, target];
}

const empty = 0x40;

export function when(condition: Code, then: Code, otherwise?: Code): Code {
  return [condition, 0x04, empty, then, otherwise === undefined ? [] : [0x05, otherwise], 0x0b];
}

/** `condition ? yes : no` without a branch; both are computed. */
export function select(yes: Code, no: Code, condition: Code): Code {
  return [yes, no, condition, 0x1b];
}

/** Runs `body` with the unsigned counter at from, from + step, … below `to`, which is evaluated anew every round. */
export function loopFrom(counter: Local, from: Code, to: Code, step: number, body: Code): Code {
  const more = i32.ltU(counter.get, to);
  const round = [body, counter.set(i32.add(counter.get, i32.const(step))), more, 0x0d, 0];
  return [counter.set(from), when(more, [0x03, empty, round, 0x0b])];
}

/** Runs `body`, which moves the pointer on, while the pointer is below `end`. */
export function repeatBelow(pointer: Local, end: Local, body: Code): Code {
  const more = i32.ltU(pointer.get, end.get);
  return when(more, [0x03, empty, body, more, 0x0d, 0, 0x0b]);
}

/** Sets memory to zero bytes. */
export function fillZero(address: Code, bytes: Code): Code {
  return [address, i32.const(0), bytes, 0xfc, 11, 0];
}

export function copyBytes(to: Code, from: Code, bytes: Code): Code {
  return [to, from, bytes, 0xfc, 10, 0, 0];
}

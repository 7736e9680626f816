/**
 * A piece of a function's body: bytes of the WebAssembly binary format, nested as they were composed, with calls by
 * name until the module is put together. Expressions leave one value on the stack, statements none.
 */
export type Code = number | Call | readonly Code[];

export interface Call {
  readonly call: string;
}

/** LEB128 of a number from 0 to 2³² − 1 (WebAssembly 5.2.2). */
export function unsigned(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}

/** LEB128 of a number from −2³¹ to 2³¹ − 1. */
export function signed(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0);
    bytes.push(done ? byte : byte | 0x80);
    if (done) return bytes;
  }
}

/** Writes a tree of code as flat bytes. */
export function flatten(code: Code, indexOf: (name: string) => number, into: number[] = []): number[] {
  if (typeof code === "number") into.push(code);
  else if ("call" in code) into.push(0x10, ...unsigned(indexOf(code.call)));
  else for (const part of code) flatten(part, indexOf, into);
  return into;
}

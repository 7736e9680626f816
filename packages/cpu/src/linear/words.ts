import type { Context } from "../backend/context.ts";

/** Words of 4 bytes in a kernel's descriptor, by name. */
export interface Words<Name extends string> {
  readonly at: Readonly<Record<Name, number>>;
  readonly bytes: number;
}

/** Every kernel here begins its descriptor with these: see `makeFrame`. */
export const commonWords = ["constants", "scratch", "scratchBytes"] as const;

export type CommonWord = (typeof commonWords)[number];

export function wordsOf<const Name extends string>(names: readonly Name[]): Words<Name | CommonWord> {
  const all = [...commonWords, ...names];
  const at = Object.fromEntries(all.map((name, index) => [name, 4 * index]));
  return { at: at as Readonly<Record<Name | CommonWord, number>>, bytes: 4 * all.length };
}

/** Writes a descriptor into scratch memory; the numbers in `floats` as float32, the others as integers. */
export function placeWords<Name extends string>(
  context: Context,
  words: Words<Name>,
  fields: Readonly<Record<Name, number>>,
  floats: readonly Name[] = [],
): number {
  const address = context.scratch.take(words.bytes);
  for (const name in words.at) {
    const view = floats.includes(name) ? context.float32 : context.int32;
    view[(address + words.at[name]) / 4] = fields[name];
  }
  return address;
}

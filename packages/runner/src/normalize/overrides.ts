import type { Value } from "@xattn/measures/contract";
import { axisGenerators } from "../axis/axis.ts";
import { InputError, messageOf, suggestion } from "../errors/errors.ts";

/** Axis values from a command line, by axis. */
export type Overrides = Readonly<Record<string, readonly Value[]>>;

/**
 * Parses arguments such as `n=64,128 d=pow2(5,7) variant=linear`.
 *
 * @throws InputError that quotes the argument and shows the form it should have
 */
export function parseOverrides(arguments_: readonly string[]): Overrides {
  const overrides: Record<string, readonly Value[]> = {};
  for (const argument of arguments_) {
    const match = /^([A-Za-z][A-Za-z0-9]*)=(.+)$/s.exec(argument);
    if (!match)
      throw new InputError(`"${argument}" is not an override; write axis=values, as in n=64,128 or n=pow2(5,10).`);
    const [, axis, text] = match as unknown as [string, string, string];
    if (Object.hasOwn(overrides, axis)) {
      throw new InputError(`The axis ${axis} is set twice; list its values once, as in ${axis}=1,2.`);
    }
    overrides[axis] = parseValues(axis, text);
  }
  return overrides;
}

function parseValues(axis: string, text: string): Value[] {
  const call = /^([a-z][a-z0-9]*)\(([^()]*)\)$/i.exec(text.trim());
  if (call) return generate(axis, call[1]!, call[2]!);
  return text.split(",").map((item) => {
    const word = item.trim();
    if (word === "") throw new InputError(`${axis}=${text}: there is an empty value in the list; write ${axis}=1,2,3.`);
    return parseValue(word);
  });
}

function generate(axis: string, name: string, list: string): number[] {
  const generators: Readonly<Record<string, (...numbers: number[]) => number[]>> = axisGenerators as never;
  if (!Object.hasOwn(generators, name)) {
    const known = Object.keys(generators);
    throw new InputError(`${axis}=${name}(…): needs one of ${known.join(", ")}.${suggestion(name, known)}`);
  }
  try {
    return generators[name]!(...list.split(",").map((item) => (item.trim() === "" ? Number.NaN : Number(item))));
  } catch (error) {
    throw new InputError(`${axis}: ${messageOf(error)}`);
  }
}

function parseValue(word: string): Value {
  if (word === "true") return true;
  if (word === "false") return false;
  if (word === "null") return null;
  const number = Number(word);
  return Number.isFinite(number) ? number : word;
}

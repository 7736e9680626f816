import type { Code } from "../assembler/code.ts";
import type { Local, Scope } from "../assembler/function.ts";
import { f32x4, i32, shuffle32, v128 } from "../assembler/instructions.ts";
import type { Engine } from "../engine/engine.ts";
import { exp2Constants } from "../exact/exp2.ts";
import { type ProductLocals, productLocals } from "../exact/product.ts";
import { constantAt } from "./constants.ts";
import type { CommonWord, Words } from "./words.ts";

export type LocalPair = readonly [Local, Local];

/** What the pieces of one kernel share. */
export interface Frame<Name extends string> {
  readonly engine: Engine;
  readonly product: ProductLocals;
  readonly scratch: Local;
  readonly constants: Local;
  /** Counters and addresses of `tileProduct`. */
  readonly tile: { readonly row: Local; readonly column: Local; readonly target: Local };
  /** Short-lived vectors in pairs that become 256 bits. */
  readonly pairs: readonly [LocalPair, LocalPair, LocalPair, LocalPair];
  field(name: Name | CommonWord): Code;
  /** Statements that a kernel begins with. */
  readonly begin: Code;
}

export function makeFrame<Name extends string>(
  engine: Engine,
  words: Words<Name | CommonWord>,
  scope: Scope,
  descriptor: Local,
  thread: Local,
): Frame<Name> {
  const field = (name: Name | CommonWord) => i32.load(descriptor.get, words.at[name]);
  const [scratch, constants] = [scope.i32(), scope.i32()];
  const pair = (): LocalPair => [scope.v128(), scope.v128()];
  return {
    engine,
    product: productLocals(scope, engine),
    scratch,
    constants,
    tile: { row: scope.i32(), column: scope.i32(), target: scope.i32() },
    pairs: [pair(), pair(), pair(), pair()],
    field,
    begin: [
      scratch.set(i32.add(field("scratch"), i32.mul(thread.get, field("scratchBytes")))),
      constants.set(field("constants")),
    ],
  };
}

type AnyFrame = Pick<Frame<never>, "constants" | "product">;

export const both = [0, 1] as const;

/** One of the constants of 32 bytes, its lower or upper half. */
export function constant(frame: AnyFrame, name: keyof typeof constantAt, half = 0): Code {
  return v128.load(frame.constants.get, constantAt[name] + 16 * half);
}

export function exp2ConstantsFrom(frame: AnyFrame, half = 0): Code[] {
  return exp2Constants.map((_, index) => v128.load(frame.constants.get, constantAt.exp2 + 32 * index + 16 * half));
}

/** Sets vectors to zero, so that the compiler does not carry them around the loops outside. */
export function forget(frame: AnyFrame, ...locals: readonly (Local | readonly Local[])[]): Code {
  return locals.flat().map((local) => local.set(frame.product.zero.get));
}

/** base + index·bytes */
export function plus(base: Code, index: Code, bytes: number): Code {
  return i32.add(base, i32.mul(index, i32.const(bytes)));
}

/** All lanes of a vector folded to one number, which ends up in all of them. */
export function acrossLanes(vector: Local, fold: (left: Code, right: Code) => Code): Code {
  return [
    vector.set(fold(vector.get, shuffle32(vector.get, vector.get, [2, 3, 0, 1]))),
    vector.set(fold(vector.get, shuffle32(vector.get, vector.get, [1, 0, 3, 2]))),
  ];
}

export function splatLoad(address: Code, offset = 0): Code {
  return v128.load32Splat(address, offset);
}

export function firstLane(vector: Local): Code {
  return f32x4.extractLane(vector.get, 0);
}

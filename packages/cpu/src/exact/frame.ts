import type { Code } from "../assembler/code.ts";
import type { Local, Scope } from "../assembler/function.ts";
import { i32, v128 } from "../assembler/instructions.ts";
import type { Engine } from "../engine/engine.ts";
import { exp2Constants } from "./exp2.ts";
import { constantAt, type ExactShape, type Scratch, scratchLayout, type Word, word } from "./layout.ts";
import { type ProductLocals, productLocals } from "./product.ts";

/** What the pieces of one kernel share: its shape, where things lie, and its locals. */
export interface Frame {
  readonly engine: Engine;
  readonly shape: ExactShape;
  readonly layout: Scratch;
  readonly panel: number;
  /** Bytes from one row of scores to the next. */
  readonly scoreRow: number;
  readonly descriptor: Local;
  readonly scratch: Local;
  readonly constants: Local;
  /** Key-value head among those of all batch entries. */
  readonly group: Local;
  /** First row of the tile within the group, and how many rows there are. */
  readonly firstRow: Local;
  readonly rows: Local;
  readonly query: Local;
  readonly keys: Local;
  readonly values: Local;
  /** First key of the block, how many keys it has, and that number padded to 8. */
  readonly key: Local;
  readonly count: Local;
  readonly padded: Local;
  /** Address of the block's mask bits, or 0. */
  readonly bits: Local;
  /** For few queries: addresses of four rows of keys that are worked on together, and their sums. */
  readonly keyRows: readonly Local[];
  readonly rowSums: readonly Local[];
  readonly folded: readonly Local[];
  /** Where a stage's numbers for the row in hand begin. */
  readonly stageAddress: readonly Local[];
  readonly product: ProductLocals;
  /** Short-lived counters and addresses. */
  readonly at: { readonly row: Local; readonly column: Local; readonly a: Local; readonly b: Local; readonly c: Local };
  /** Short-lived vectors, in pairs that become 256 bits. */
  readonly pair: readonly (readonly [Local, Local])[];
  readonly vector: readonly Local[];
  /** Constants of `exp2` for the loop that uses them most. */
  readonly exponents: readonly (readonly [Local, Local])[];
}

export function makeFrame(engine: Engine, shape: ExactShape, scope: Scope, descriptor: Local): Frame {
  const twice = (): [Local, Local] => [scope.v128(), scope.v128()];
  return {
    engine,
    shape,
    layout: scratchLayout(engine, shape),
    panel: 4 * engine.vectors,
    scoreRow: 4 * shape.blockKeys,
    descriptor,
    scratch: scope.i32(),
    constants: scope.i32(),
    group: scope.i32(),
    firstRow: scope.i32(),
    rows: scope.i32(),
    query: scope.i32(),
    keys: scope.i32(),
    values: scope.i32(),
    key: scope.i32(),
    count: scope.i32(),
    padded: scope.i32(),
    bits: scope.i32(),
    keyRows: Array.from({ length: shape.fewQueries ? 4 : 0 }, () => scope.i32()),
    rowSums: Array.from({ length: shape.fewQueries ? 16 : 0 }, () => scope.v128()),
    folded: Array.from({ length: shape.fewQueries ? 4 : 0 }, () => scope.v128()),
    stageAddress: shape.stages.map(() => scope.i32()),
    product: productLocals(scope, engine),
    at: { row: scope.i32(), column: scope.i32(), a: scope.i32(), b: scope.i32(), c: scope.i32() },
    pair: Array.from({ length: 6 }, twice),
    vector: Array.from({ length: 6 }, () => scope.v128()),
    exponents: exp2Constants.map(twice),
  };
}

export function field(frame: Frame, name: Word): Code {
  return i32.load(frame.descriptor.get, word[name]);
}

/** One of the constants of 32 bytes, its lower or upper half. */
export function constant(frame: Frame, at: number, half = 0): Code {
  return v128.load(frame.constants.get, at + 16 * half);
}

export function exp2ConstantsFrom(frame: Frame, half = 0): Code[] {
  return exp2Constants.map((_, index) => constant(frame, constantAt.exp2 + 32 * index, half));
}

/** scratch + index·bytes */
export function inScratch(frame: Frame, index: Code, bytes: number): Code {
  return i32.add(frame.scratch.get, i32.mul(index, i32.const(bytes)));
}

/** Sets vectors to zero, so that the compiler does not carry them around the loops outside. */
export function forget(frame: Frame, ...locals: readonly (Local | readonly Local[])[]): Code {
  return locals.flat().map((local) => local.set(frame.product.zero.get));
}

import type { Code } from "../assembler/code.ts";
import { type Local, loopFrom, type Scope, select } from "../assembler/function.ts";
import { i32 } from "../assembler/instructions.ts";
import { type Frame, plus } from "./frame.ts";
import { wordsOf } from "./words.ts";

/** Kernels that go over matrices row by row share a descriptor. Each matrix has its own distance between heads. */
export const rowWords = wordsOf([
  "source",
  "sourceHead",
  "other",
  "otherHead",
  "third",
  "thirdHead",
  "target",
  "targetHead",
  /** Rows of a head, and units. */
  "rows",
  "tiles",
  /** A number in float32 that the kernel knows what to do with. */
  "number",
]);

export type RowWord = keyof typeof rowWords.at;

export const unitRows = 32;

export interface RowPointers {
  readonly source: Local;
  readonly other: Local;
  readonly third: Local;
  readonly target: Local;
}

/** Runs statements for each row of a unit. @param floats from one row to the next in each matrix */
export function eachRowOfUnit(
  frame: Frame<RowWord>,
  scope: Scope,
  unit: Local,
  floats: Readonly<Record<keyof RowPointers, number>>,
  body: (at: RowPointers) => Code,
): Code {
  const { field } = frame;
  const [head, row, end] = [scope.i32(), scope.i32(), scope.i32()];
  const at: RowPointers = { source: scope.i32(), other: scope.i32(), third: scope.i32(), target: scope.i32() };
  const names = (Object.keys(at) as (keyof RowPointers)[]).filter((name) => floats[name] > 0);
  return [
    head.set(i32.divU(unit.get, field("tiles"))),
    row.set(i32.mul(i32.remU(unit.get, field("tiles")), i32.const(unitRows))),
    end.set(i32.add(row.get, i32.const(unitRows))),
    end.set(select(field("rows"), end.get, i32.gtS(end.get, field("rows")))),
    names.map((name) =>
      at[name].set(plus(i32.add(field(name), i32.mul(head.get, field(`${name}Head`))), row.get, 4 * floats[name])),
    ),
    loopFrom(row, row.get, end.get, 1, [
      body(at),
      names.map((name) => at[name].set(i32.add(at[name].get, i32.const(4 * floats[name])))),
    ]),
  ];
}

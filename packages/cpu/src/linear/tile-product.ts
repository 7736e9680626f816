import type { Code } from "../assembler/code.ts";
import { type Local, loopFrom } from "../assembler/function.ts";
import { i32, v128 } from "../assembler/instructions.ts";
import { product } from "../exact/product.ts";
import { constantAt } from "./constants.ts";
import { type Frame, plus } from "./frame.ts";

/** target[row, column] (+)= Σ left[row, step]·right[step, column]. Strides are bytes. */
export interface TileProduct {
  readonly rows: Code;
  /** Columns: a multiple of 8 where the generator knows it, else code for a multiple of the register tile's width. */
  readonly columns: number | Code;
  readonly count: number | Code;
  readonly left: Code;
  readonly leftRow: number;
  readonly leftStep: number;
  /** Address of the right factor's column that lies `column` bytes from the first. */
  right(column: Code): Code;
  readonly rightStep: number;
  readonly target: Code;
  readonly targetRow: number;
  /** Adds to what the target holds. */
  readonly adds: boolean;
  /** Changes the sums before they are stored. */
  through?(sums: readonly (readonly Local[])[]): Code;
}

/** A product in register tiles. The rows of target and left up to the next multiple of `tileRows` are touched too. */
export function tileProduct(frame: Frame<string>, of: TileProduct): Code {
  const { engine } = frame;
  const panel = 4 * engine.vectors;
  if (typeof of.columns !== "number") return columnsOf(0, of.columns, engine.rows.values, engine.vectors);
  const whole = of.columns - (of.columns % panel);
  return [
    whole > 0 ? columnsOf(0, i32.const(whole), engine.rows.values, engine.vectors) : [],
    whole < of.columns ? columnsOf(whole, i32.const(of.columns), engine.rows.narrow, engine.vectors / 2) : [],
  ];

  function columnsOf(from: number, to: Code, rows: number, vectors: number): Code {
    const { row, column, target } = frame.tile;
    const cell = (r: number, v: number) => r * of.targetRow + 16 * v;
    return loopFrom(
      column,
      i32.const(4 * from),
      i32.shl(to, i32.const(2)),
      16 * vectors,
      loopFrom(row, i32.const(0), of.rows, rows, [
        target.set(i32.add(plus(of.target, row.get, of.targetRow), column.get)),
        product(frame.product, engine, {
          rows,
          vectors,
          count: of.count,
          left: plus(of.left, row.get, of.leftRow),
          leftRow: of.leftRow,
          leftStep: of.leftStep,
          right: of.right(column.get),
          rightStep: of.rightStep,
          start: (r, v) =>
            of.adds ? v128.load(target.get, cell(r, v)) : v128.load(frame.constants.get, constantAt.zeros + 16 * v),
          finish: (sums) => [
            of.through?.(sums) ?? [],
            sums.map((one, r) => one.map((sum, v) => v128.store(target.get, sum.get, cell(r, v)))),
          ],
        }),
      ]),
    );
  }
}

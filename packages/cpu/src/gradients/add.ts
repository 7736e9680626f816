import type { Code } from "../assembler/code.ts";
import { type Local, loopFrom, when } from "../assembler/function.ts";
import { f32, f32x4, i32, v128 } from "../assembler/instructions.ts";
import { forget } from "../exact/frame.ts";
import { product } from "../exact/product.ts";
import type { DerivativeFrame } from "./layout.ts";

/** target[row, column] += Σ left[row, step]·right[step, column]. */
export interface Addition {
  /** Rows of the target, and whether those of a register tile beyond them may be touched. */
  readonly rows: Local;
  readonly beyond: boolean;
  readonly count: Local;
  /** Where the left factor lies in scratch memory; row and step are bytes from one to the next. */
  readonly left: number;
  readonly leftRow: number;
  readonly leftStep: number;
  /** Address of the right factor's panel that holds the column at byte `column`. */
  right(column: Code): Code;
  /** Address of the target's first row. */
  readonly target: Code;
  /** Numbers in a row of the target: whole panels. */
  readonly width: number;
}

/** Adds a product in register tiles. Rows that must not be exceeded are a multiple of 8: then tiles of 4 come first. */
export function addProduct(frame: DerivativeFrame, of: Addition): Code {
  const { engine, at, panel } = frame;
  const height = engine.rows.values;
  const rest = i32.remU(i32.sub(of.rows.get, at.row.get), i32.const(height));
  return loopFrom(at.column, i32.const(0), i32.const(4 * of.width), 4 * panel, [
    at.b.set(of.right(at.column.get)),
    at.row.set(i32.const(0)),
    of.beyond || height === 4 ? [] : repeatWhile(rest, [tile(4), at.row.set(i32.add(at.row.get, i32.const(4)))]),
    loopFrom(at.row, at.row.get, of.rows.get, height, tile(height)),
  ]);

  function tile(rows: number): Code {
    const row = 4 * of.width;
    return [
      at.a.set(i32.add(i32.add(of.target, i32.mul(at.row.get, i32.const(row))), at.column.get)),
      product(frame.product, engine, {
        rows,
        vectors: engine.vectors,
        count: of.count.get,
        left: i32.add(i32.add(frame.scratch.get, i32.const(of.left)), i32.mul(at.row.get, i32.const(of.leftRow))),
        leftRow: of.leftRow,
        leftStep: of.leftStep,
        right: at.b.get,
        rightStep: 4 * panel,
        start: (r, v) => v128.load(at.a.get, r * row + 16 * v),
        finish: (sums) => sums.map((sum, r) => sum.map((one, v) => v128.store(at.a.get, one.get, r * row + 16 * v))),
      }),
    ];
  }
}

/** The same where the right factor may hold NaN or ∞: a left factor of 0 takes nothing from it. */
export function addCarefully(frame: DerivativeFrame, of: Addition): Code {
  const { engine, at, panel, vector } = frame;
  const sum = vector[0]!;
  const factor = f32.load(at.b.get, of.left);
  const cell = i32.add(i32.add(of.target, i32.mul(at.row.get, i32.const(4 * of.width))), at.column.get);
  const within = i32.and(at.column.get, i32.const(4 * panel - 1));
  return loopFrom(
    at.column,
    i32.const(0),
    i32.const(4 * of.width),
    16,
    loopFrom(at.row, i32.const(0), of.rows.get, 1, [
      at.a.set(i32.add(of.right(i32.sub(at.column.get, within)), within)),
      at.b.set(i32.add(frame.scratch.get, i32.mul(at.row.get, i32.const(of.leftRow)))),
      sum.set(v128.load(cell)),
      loopFrom(at.c, i32.const(0), of.count.get, 1, [
        when(f32.ne(factor, f32.const(0)), sum.set(engine.madd(f32x4.splat(factor), v128.load(at.a.get), sum.get))),
        at.a.set(i32.add(at.a.get, i32.const(4 * panel))),
        at.b.set(i32.add(at.b.get, i32.const(of.leftStep))),
      ]),
      v128.store(cell, sum.get),
      forget(frame, sum),
    ]),
  );
}

/** Panels in scratch memory with room for so many rows each. */
export function panelIn(frame: DerivativeFrame, start: number, room: number): (column: Code) => Code {
  return (column) => i32.add(i32.add(frame.scratch.get, i32.const(start)), i32.mul(column, i32.const(room)));
}

function repeatWhile(condition: Code, body: Code): Code {
  return [0x03, 0x40, when(condition, [body, 0x0c, 1]), 0x0b];
}

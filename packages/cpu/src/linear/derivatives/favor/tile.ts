import type { Code } from "../../../assembler/code.ts";
import { type Local, loopFrom, type Scope, select } from "../../../assembler/function.ts";
import { i32 } from "../../../assembler/instructions.ts";
import { type Frame, plus } from "../../frame.ts";
import { padded } from "../../widths.ts";
import type { DerivativeWord, FavorDerivativeShape } from "./shape.ts";

type Matrix = "source" | "features" | "tangent" | "moving" | "target";

/** A tile of rows of one head. */
export interface DerivativeTile {
  readonly frame: Frame<DerivativeWord>;
  readonly shape: FavorDerivativeShape;
  readonly rows: Local;
  readonly row: Local;
  /** Finds the tile. */
  readonly begin: Code;
  /** Address of the row in hand. */
  rowOf(matrix: Matrix): Code;
  eachRow(body: Code): Code;
  /** Runs statements for each pair of vectors of features; `column` of the frame's tile counts bytes. */
  eachPair(body: Code): Code;
}

export function derivativeTile(
  frame: Frame<DerivativeWord>,
  shape: FavorDerivativeShape,
  scope: Scope,
  unit: Local,
): DerivativeTile {
  const { field, engine } = frame;
  const [head, first, rows, row] = [scope.i32(), scope.i32(), scope.i32(), scope.i32()];
  const floats: Readonly<Record<Matrix, number>> = {
    source: shape.d,
    features: shape.featureRow,
    tangent: shape.d,
    moving: shape.featureRow,
    target: shape.d,
  };
  return {
    frame,
    shape,
    rows,
    row,
    begin: [
      frame.begin,
      head.set(i32.divU(unit.get, field("tiles"))),
      first.set(i32.mul(i32.remU(unit.get, field("tiles")), i32.const(engine.tileRows))),
      rows.set(i32.sub(field("rows"), first.get)),
      rows.set(select(i32.const(engine.tileRows), rows.get, i32.gtS(rows.get, i32.const(engine.tileRows)))),
      row.set(i32.const(0)),
    ],
    rowOf: (matrix) =>
      plus(
        i32.add(field(matrix), i32.mul(head.get, field(`${matrix}Head`))),
        i32.add(first.get, row.get),
        4 * floats[matrix],
      ),
    eachRow: (body) => loopFrom(row, i32.const(0), rows.get, 1, body),
    eachPair: (body) => loopFrom(frame.tile.column, i32.const(0), i32.const(4 * padded(shape.features)), 32, body),
  };
}

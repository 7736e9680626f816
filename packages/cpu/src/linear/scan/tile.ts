import type { Code } from "../../assembler/code.ts";
import type { Local, Scope } from "../../assembler/function.ts";
import { i32, v128 } from "../../assembler/instructions.ts";
import { type Frame, plus } from "../frame.ts";
import { productColumns, type ScanShape, type ScanWord, scanScratch, zRow } from "./shape.ts";

/** A tile of rows of one head, and the columns that its rows see beyond a slot's sums. */
export interface Tile {
  readonly frame: Frame<ScanWord>;
  readonly shape: ScanShape;
  readonly layout: ReturnType<typeof scanScratch>;
  readonly group: Local;
  /** Index of the tile's first row among those of all heads, and how many rows there are. */
  readonly row: Local;
  readonly rows: Local;
  readonly slot: Local;
  /** The first of the columns beyond, a multiple of a panel, and how many there are. */
  readonly column: Local;
  readonly count: Local;
  readonly head: Local;
  readonly columnEnd: Local;
  /** Where the numbers of the head and columns in hand begin. */
  readonly panels: Local;
  readonly z: Local;
  readonly scales: Local;
  readonly at: { readonly row: Local; readonly a: Local; readonly b: Local; readonly c: Local };
}

export function makeTile(frame: Frame<ScanWord>, shape: ScanShape, scope: Scope): Tile {
  const locals = Array.from({ length: 10 }, () => scope.i32());
  const [group, row, rows, slot, column, count, head, panels, z, scales] = locals as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  return {
    frame,
    shape,
    layout: scanScratch(frame.engine, shape),
    group,
    row,
    rows,
    slot,
    column,
    count,
    head,
    columnEnd: scope.i32(),
    panels,
    z,
    scales,
    at: { row: scope.i32(), a: scope.i32(), b: scope.i32(), c: scope.i32() },
  };
}

/** Address of a row of the tile's sums, or of its products. */
export function sumsOf({ frame, shape, layout }: Tile, row: Code): Code {
  return i32.add(plus(frame.scratch.get, row, 4 * zRow(shape)), i32.const(layout.sums));
}

export function productsOf({ frame, shape, layout }: Tile, row: Code): Code {
  const bytes = 4 * productColumns(frame.engine, shape);
  return i32.add(plus(frame.scratch.get, row, bytes), i32.const(layout.products));
}

export function loadLimit({ frame, layout }: Tile, row: Code): Code {
  return v128.load32Splat(plus(frame.scratch.get, row, 4), layout.limits);
}

import type { Code } from "../../assembler/code.ts";
import {
  defineFunction,
  type Local,
  loopFrom,
  type Scope,
  select,
  type WasmFunction,
  when,
} from "../../assembler/function.ts";
import { i32 } from "../../assembler/instructions.ts";
import type { Engine } from "../../engine/engine.ts";
import { makeFrame, plus } from "../frame.ts";
import { tileProduct } from "../tile-product.ts";
import { largestScales, maskedProducts, rescaleSums, scaledProducts } from "./products.ts";
import { addCarefully, writeRows } from "./rows.ts";
import {
  panelBytes,
  panelColumns,
  productColumns,
  reachBytes,
  type ScanShape,
  type ScanWord,
  scanWords,
  stateBytes,
  zRow,
} from "./shape.ts";
import { makeTile, type Tile } from "./tile.ts";

/** The output of one tile of rows. A unit is a tile of a head. */
export function read(engine: Engine, shape: ScanShape): WasmFunction {
  return defineFunction(
    "read",
    ["i32", "i32", "i32"],
    (scope, descriptor, unit, thread) => {
      const frame = makeFrame<ScanWord>(engine, scanWords, scope, descriptor!, thread!);
      const tile = makeTile(frame, shape, scope);
      const { layout, row, rows, slot, count } = tile;
      const sums = i32.add(frame.scratch.get, i32.const(layout.sums));
      return [
        frame.begin,
        locate(tile, unit!, scope),
        shape.scaled ? largestScales(tile, eachHead(tile)) : [],
        tileProduct(frame, {
          rows: rows.get,
          columns: zRow(shape),
          count: shape.x,
          left: plus(frame.field("x"), row.get, 4 * shape.xRow),
          leftRow: 4 * shape.xRow,
          leftStep: 4,
          right: (columnBytes) =>
            i32.add(plus(frame.field("states"), slot.get, stateBytes(engine, shape)), columnBytes),
          rightStep: 4 * zRow(shape),
          target: sums,
          targetRow: 4 * zRow(shape),
          adds: false,
        }),
        shape.scaled && shape.causal ? rescaleSums(tile) : [],
        shape.causal ? when(i32.gtS(count.get, i32.const(0)), eachHead(tile)(addRest(tile))) : [],
        writeRows(tile),
      ];
    },
    { exported: true },
  );
}

/** Finds the tile's rows, what each of them sees, the slot of sums that all see whole, and the columns beyond it. */
function locate(tile: Tile, unit: Local, scope: Scope): Code {
  const { frame, shape, layout, group, row, rows, slot, column, count, columnEnd, at } = tile;
  const { field, engine } = frame;
  const [first, reach, rowEnd, offset, least, most] = Array.from({ length: 6 }, () => scope.i32()) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const head = i32.divU(unit.get, field("tiles"));
  const limitAt = i32.add(frame.scratch.get, i32.shl(at.row.get, i32.const(2)));
  const { chunk, reverse } = shape;
  return [
    first.set(i32.mul(i32.remU(unit.get, field("tiles")), i32.const(engine.tileRows))),
    rows.set(i32.sub(field("rows"), first.get)),
    rows.set(select(i32.const(engine.tileRows), rows.get, i32.gtS(rows.get, i32.const(engine.tileRows)))),
    row.set(i32.add(i32.mul(head, field("rows")), first.get)),
    group.set(i32.divU(head, field("rowHeads"))),
    reach.set(plus(field("reach"), i32.divU(group.get, field("groups")), reachBytes)),
    rowEnd.set(i32.load(reach.get)),
    columnEnd.set(i32.load(reach.get, 4)),
    offset.set(i32.load(reach.get, 8)),
    // A tile without rows that count keeps these: it looks at no columns.
    least.set(i32.const(0)),
    most.set(i32.const(0)),
    loopFrom(at.row, i32.const(0), rows.get, 1, [
      at.a.set(i32.add(first.get, at.row.get)),
      at.b.set(limitOf()),
      when(
        i32.ltS(at.a.get, rowEnd.get),
        [when(i32.eqz(at.row.get), least.set(at.b.get)), most.set(at.b.get)],
        at.b.set(reverse ? columnEnd.get : i32.const(0)),
      ),
      i32.store(limitAt, at.b.get, layout.limits),
    ]),
    reverse ? fromPosition() : toPosition(),
    slot.set(i32.add(slot.get, i32.mul(group.get, i32.add(field("chunks"), i32.const(1))))),
  ];

  /** min(max(position, 0), columns) */
  function limitOf(): Code {
    const position = reverse ? i32.sub(at.a.get, offset.get) : i32.add(at.a.get, i32.add(offset.get, i32.const(1)));
    return [
      at.c.set(position),
      at.c.set(select(at.c.get, i32.const(0), i32.gtS(at.c.get, i32.const(0)))),
      select(columnEnd.get, at.c.get, i32.gtS(at.c.get, columnEnd.get)),
    ];
  }

  function toPosition(): Code {
    const all = i32.geS(least.get, columnEnd.get);
    return [
      slot.set(select(field("chunks"), i32.divU(least.get, i32.const(chunk)), all)),
      column.set(i32.mul(slot.get, i32.const(chunk))),
      count.set(select(i32.const(0), i32.sub(most.get, column.get), all)),
    ];
  }

  function fromPosition(): Code {
    return [
      slot.set(i32.divU(i32.add(most.get, i32.const(chunk - 1)), i32.const(chunk))),
      count.set(i32.mul(slot.get, i32.const(chunk))),
      count.set(select(columnEnd.get, count.get, i32.gtS(count.get, columnEnd.get))),
      column.set(i32.and(least.get, i32.const(-panelColumns(engine)))),
      count.set(select(i32.sub(count.get, column.get), i32.const(0), i32.gtS(count.get, least.get))),
    ];
  }
}

/** Runs statements for every head of columns, with where its numbers for the tile's columns begin. */
function eachHead(tile: Tile): (body: Code) => Code {
  const { frame, shape, group, head, column, panels, z, scales } = tile;
  const { field, engine } = frame;
  const width = panelColumns(engine);
  const perHead = i32.divU(i32.add(field("columns"), i32.const(width - 1)), i32.const(width));
  const panel = i32.add(i32.mul(head.get, perHead), i32.divU(column.get, i32.const(width)));
  const first = i32.add(i32.mul(head.get, field("columns")), column.get);
  return (body) =>
    loopFrom(
      head,
      i32.mul(group.get, field("columnHeads")),
      i32.mul(i32.add(group.get, i32.const(1)), field("columnHeads")),
      1,
      [
        panels.set(plus(field("panels"), panel, panelBytes(engine, shape))),
        z.set(plus(field("z"), first, 4 * zRow(shape))),
        shape.scaled ? scales.set(plus(field("scales"), first, 4)) : [],
        body,
      ],
    );
}

/** Adds the columns beyond the slot's sums: their products with the tile's rows, masked, times Z. */
function addRest(tile: Tile): Code {
  const { frame, shape, layout, rows, count, z } = tile;
  const bytes = 4 * productColumns(frame.engine, shape);
  const quickly = tileProduct(frame, {
    rows: rows.get,
    columns: zRow(shape),
    count: count.get,
    left: i32.add(frame.scratch.get, i32.const(layout.products)),
    leftRow: bytes,
    leftStep: 4,
    right: (columnBytes) => i32.add(z.get, columnBytes),
    rightStep: 4 * zRow(shape),
    target: i32.add(frame.scratch.get, i32.const(layout.sums)),
    targetRow: 4 * zRow(shape),
    adds: true,
  });
  return [
    maskedProducts(tile),
    shape.scaled ? scaledProducts(tile) : [],
    when(i32.load(frame.field("careful")), addCarefully(tile), quickly),
  ];
}

import type { Code } from "../../assembler/code.ts";
import { type Local, loopFrom } from "../../assembler/function.ts";
import { f32, f32x4, i32, i32x4, v128 } from "../../assembler/instructions.ts";
import { exp2 } from "../../exact/exp2.ts";
import { constantAt } from "../constants.ts";
import { acrossLanes, constant, exp2ConstantsFrom, firstLane, forget, plus, splatLoad } from "../frame.ts";
import { tileProduct } from "../tile-product.ts";
import { panelColumns, productColumns, zRow } from "./shape.ts";
import { loadLimit, productsOf, sumsOf, type Tile } from "./tile.ts";

/** Xᵢ·Yⱼ of the tile's rows and columns in scratch memory, 0 where the row does not see the column. */
export function maskedProducts(tile: Tile): Code {
  const { frame, shape, layout, row, rows, count, panels } = tile;
  const { engine, product, constants } = frame;
  const panel = panelColumns(engine);
  const bytes = 4 * productColumns(engine, shape);
  const panelSize = 4 * panel;
  const perColumn = 4 * Math.ceil(shape.x / 8) * 8;
  const indices = (v: number) => v128.load(constants.get, constantAt.indices + 16 * v);
  const masked = (sums: readonly (readonly Local[])[]): Code => [
    // One splat for all vectors: the compiler pairs no two of them.
    product.factor.set(i32x4.splat(i32.add(tile.column.get, i32.divU(frame.tile.column.get, i32.const(4))))),
    product.loaded.map((local, v) => local.set(i32x4.add(product.factor.get, indices(v)))),
    sums.map((sum, r) => [
      product.factor.set(loadLimit(tile, i32.add(frame.tile.row.get, i32.const(r)))),
      sum.map((one, v) => one.set(keepSeen(tile, one.get, product.factor.get, product.loaded[v]!.get))),
    ]),
  ];
  return tileProduct(frame, {
    rows: rows.get,
    columns: i32.and(i32.add(count.get, i32.const(panel - 1)), i32.const(-panel)),
    count: shape.x,
    left: plus(frame.field("x"), row.get, 4 * shape.xRow),
    leftRow: 4 * shape.xRow,
    leftStep: 4,
    right: (columnBytes) => i32.add(panels.get, i32.mul(i32.divU(columnBytes, i32.const(4)), i32.const(perColumn))),
    rightStep: panelSize,
    target: i32.add(frame.scratch.get, i32.const(layout.products)),
    targetRow: bytes,
    adds: false,
    ...(!shape.scaled && { through: masked }),
  });
}

/** The lanes of a value whose columns the row sees, 0 in the others. */
function keepSeen({ shape }: Tile, value: Code, limit: Code, columns: Code): Code {
  const before = i32x4.gtS(limit, columns);
  return shape.reverse ? v128.andnot(value, before) : v128.and(value, before);
}

/** μ of every row: the largest of the slot's running maximum and the scales of the columns beyond that the row sees. */
export function largestScales(tile: Tile, eachHead: (body: Code) => Code): Code {
  const { frame, shape, layout, rows, count, slot, at } = tile;
  const [[largest, limit], [columns, lowest], [value]] = frame.pairs;
  const muAt = plus(frame.scratch.get, at.row.get, 4);
  return [
    loopFrom(at.row, i32.const(0), rows.get, 1, [
      f32.store(muAt, f32.load(plus(frame.field("running"), slot.get, 4)), layout.mu),
    ]),
    shape.causal
      ? eachHead([
          lowest.set(constant(frame, "lowest")),
          loopFrom(at.row, i32.const(0), rows.get, 1, [
            largest.set(splatLoad(muAt, layout.mu)),
            limit.set(loadLimit(tile, at.row.get)),
            loopFrom(at.a, i32.const(0), count.get, 4, [
              columns.set(columnsFrom(tile)),
              value.set(v128.load(plus(tile.scales.get, at.a.get, 4))),
              value.set(
                shape.reverse
                  ? v128.bitselect(lowest.get, value.get, i32x4.gtS(limit.get, columns.get))
                  : v128.bitselect(value.get, lowest.get, i32x4.gtS(limit.get, columns.get)),
              ),
              // Lanes past the columns hold anything; those of rows that look forwards are masked above.
              shape.reverse ? value.set(v128.bitselect(value.get, lowest.get, belowEnd(tile, columns))) : [],
              largest.set(f32x4.pmax(largest.get, value.get)),
            ]),
            acrossLanes(largest, f32x4.pmax),
            f32.store(muAt, firstLane(largest), layout.mu),
          ]),
          forget(frame, largest, limit, columns, lowest, value),
        ])
      : [],
  ];
}

function columnsFrom({ frame, column, at }: Tile): Code {
  return i32x4.add(i32x4.splat(i32.add(column.get, at.a.get)), v128.load(frame.constants.get, constantAt.indices));
}

function belowEnd({ columnEnd }: Tile, columns: Local): Code {
  return i32x4.gtS(i32x4.splat(columnEnd.get), columns.get);
}

/** The sums of the slot become relative to each row's μ. */
export function rescaleSums(tile: Tile): Code {
  const { frame, shape, layout, rows, slot, at } = tile;
  const [[x, factor], [t, p], [value]] = frame.pairs;
  return [
    loopFrom(at.row, i32.const(0), rows.get, 1, [
      x.set(
        f32x4.sub(
          splatLoad(plus(frame.field("running"), slot.get, 4)),
          splatLoad(plus(frame.scratch.get, at.row.get, 4), layout.mu),
        ),
      ),
      exp2(frame.engine, exp2ConstantsFrom(frame), { x, t, p }),
      factor.set(p.get),
      at.b.set(sumsOf(tile, at.row.get)),
      loopFrom(at.a, at.b.get, i32.add(at.b.get, i32.const(4 * zRow(shape))), 16, [
        value.set(f32x4.mul(v128.load(at.a.get), factor.get)),
        v128.store(at.a.get, value.get),
      ]),
    ]),
    forget(frame, x, t, p, factor, value),
  ];
}

/** Products times the factor of their column relative to μ, and masked only then: a hidden factor may be too large. */
export function scaledProducts(tile: Tile): Code {
  const { frame, layout, rows, count, at } = tile;
  const [[x, limit], [t, p], [columns, mu]] = frame.pairs;
  return [
    loopFrom(at.row, i32.const(0), rows.get, 1, [
      mu.set(splatLoad(plus(frame.scratch.get, at.row.get, 4), layout.mu)),
      limit.set(loadLimit(tile, at.row.get)),
      at.b.set(productsOf(tile, at.row.get)),
      loopFrom(at.a, i32.const(0), count.get, 4, [
        columns.set(columnsFrom(tile)),
        x.set(f32x4.sub(v128.load(plus(tile.scales.get, at.a.get, 4)), mu.get)),
        exp2(frame.engine, exp2ConstantsFrom(frame), { x, t, p }),
        p.set(f32x4.mul(p.get, v128.load(plus(at.b.get, at.a.get, 4)))),
        v128.store(plus(at.b.get, at.a.get, 4), keepSeen(tile, p.get, limit.get, columns.get)),
      ]),
    ]),
    forget(frame, x, t, p, columns, mu, limit),
  ];
}

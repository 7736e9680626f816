import type { Code } from "../../assembler/code.ts";
import { loopFrom, select, when } from "../../assembler/function.ts";
import { f32, f32x4, i32, v128 } from "../../assembler/instructions.ts";
import { exp2 } from "../../exact/exp2.ts";
import { constant, exp2ConstantsFrom, firstLane, forget, plus, splatLoad } from "../frame.ts";
import { zRow } from "./shape.ts";
import { productsOf, sumsOf, type Tile } from "./tile.ts";

/** Adds products·Z row by row, reading no column that the row does not see: Z may hold NaN or ∞ there. */
export function addCarefully(tile: Tile): Code {
  const { frame, shape, layout, rows, column, count, z, at } = tile;
  const { tile: counters, engine } = frame;
  const [[sum, weight]] = frame.pairs;
  const limit = i32.sub(i32.load(plus(frame.scratch.get, at.row.get, 4), layout.limits), column.get);
  const within = select(limit, i32.const(0), i32.gtS(limit, i32.const(0)));
  const clipped = select(count.get, within, i32.gtS(within, count.get));
  const [from, to] = shape.reverse ? [clipped, count.get] : [i32.const(0), clipped];
  return loopFrom(at.row, i32.const(0), rows.get, 1, [
    at.a.set(from),
    at.b.set(to),
    loopFrom(counters.column, i32.const(0), i32.const(4 * zRow(shape)), 16, [
      counters.target.set(i32.add(sumsOf(tile, at.row.get), counters.column.get)),
      sum.set(v128.load(counters.target.get)),
      loopFrom(at.c, at.a.get, at.b.get, 1, [
        weight.set(splatLoad(plus(productsOf(tile, at.row.get), at.c.get, 4))),
        sum.set(
          engine.madd(
            weight.get,
            v128.load(i32.add(plus(z.get, at.c.get, 4 * zRow(shape)), counters.column.get)),
            sum.get,
          ),
        ),
      ]),
      v128.store(counters.target.get, sum.get),
      forget(frame, sum, weight),
    ]),
  ]);
}

/** Takes the tile's sums to their place; rows that see no column become zeros, whatever they hold themselves. */
export function writeRows(tile: Tile): Code {
  const { frame, shape, layout, row, rows, columnEnd, at } = tile;
  const { field } = frame;
  const [[factor, value], [x, t], [p]] = frame.pairs;
  const index = i32.add(row.get, at.row.get);
  const limit = i32.load(plus(frame.scratch.get, at.row.get, 4), layout.limits);
  const seesAny = shape.reverse ? i32.ltS(limit, columnEnd.get) : i32.gtS(limit, i32.const(0));
  const divides = shape.divisor !== undefined && f32.ne(f32.load(at.a.get, 4 * shape.divisor), f32.const(0));
  const sees = divides ? i32.and(seesAny, divides) : seesAny;
  const vectors = 4 * (shape.outRow & ~3);
  const mu = splatLoad(plus(frame.scratch.get, at.row.get, 4), layout.mu);
  const scaled = shape.divisor !== undefined || shape.scaled;
  const times = (of: Code) => (scaled ? f32x4.mul(of, factor.get) : of);
  return [
    loopFrom(at.row, i32.const(0), rows.get, 1, [
      at.a.set(sumsOf(tile, at.row.get)),
      at.b.set(plus(field("output"), index, 4 * shape.outRow)),
      scaled ? factorOf() : [],
      when(
        sees,
        [
          loopFrom(at.c, at.a.get, i32.add(at.a.get, i32.const(vectors)), 16, [
            v128.store(at.b.get, times(v128.load(at.c.get))),
            at.b.set(i32.add(at.b.get, i32.const(16))),
          ]),
          Array.from({ length: shape.outRow % 4 }, (_, lane) => [
            value.set(times(splatLoad(at.a.get, vectors + 4 * lane))),
            f32.store(at.b.get, firstLane(value), 4 * lane),
          ]),
        ],
        [
          loopFrom(at.c, i32.const(0), i32.const(vectors), 16, [
            v128.store(at.b.get, constant(frame, "zeros")),
            at.b.set(i32.add(at.b.get, i32.const(16))),
          ]),
          Array.from({ length: shape.outRow % 4 }, (_, lane) => f32.store(at.b.get, f32.const(0), 4 * lane)),
        ],
      ),
      shape.scaled
        ? when(
            field("mu"),
            f32.store(plus(field("mu"), index, 4), f32.load(plus(frame.scratch.get, at.row.get, 4), layout.mu)),
          )
        : [],
    ]),
    forget(frame, factor, value, x, t, p),
  ];

  function factorOf(): Code {
    const { divisor } = shape;
    if (divisor !== undefined) {
      return factor.set(f32x4.div(constant(frame, "one"), splatLoad(at.a.get, 4 * divisor)));
    }
    return [
      factor.set(constant(frame, "one")),
      when(field("rowScales"), [
        x.set(f32x4.add(splatLoad(plus(field("rowScales"), index, 4)), mu)),
        exp2(frame.engine, exp2ConstantsFrom(frame), { x, t, p }),
        factor.set(p.get),
      ]),
    ];
  }
}

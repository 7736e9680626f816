import type { Code } from "../assembler/code.ts";
import { loopFrom, select, when } from "../assembler/function.ts";
import { i32, v128 } from "../assembler/instructions.ts";
import { type Frame, field, inScratch } from "./frame.ts";
import { constantAt } from "./layout.ts";
import { product } from "./product.ts";

/**
 * Scores of the tile's rows with the block's keys, in base 2: the packed keys carry the factor scale·log₂e. Keys
 * that pad the last panel get −∞.
 */
export function scores(frame: Frame): Code {
  const { key, count, padded, keys, constants, panel, shape, at } = frame;
  const panelBytes = panel * shape.d * 4;
  const blockStart = at.c;
  const full = panel === 16 ? i32.and(i32.add(count.get, i32.const(7)), i32.const(-16)) : frame.padded.get;
  const last = i32.add(constants.get, i32.const(constantAt.lastPanel));
  const beyond = i32.gtS(i32.add(i32.add(key.get, at.column.get), i32.const(panel)), field(frame, "m"));
  return [
    padded.set(i32.and(i32.add(count.get, i32.const(7)), i32.const(-8))),
    blockStart.set(i32.add(keys.get, i32.mul(key.get, i32.const(shape.d * 4)))),
    loopFrom(at.column, i32.const(0), full, panel, [
      at.b.set(select(last, constants.get, beyond)),
      eachRowTile(frame, frame.engine.rows.scores, frame.engine.vectors),
      blockStart.set(i32.add(blockStart.get, i32.const(panelBytes))),
    ]),
    panel === 16
      ? when(i32.ltS(at.column.get, padded.get), [
          at.b.set(last),
          eachRowTile(frame, frame.engine.rows.narrow, frame.engine.vectors / 2),
        ])
      : [],
  ];
}

/** A panel, at address `c` and with sums that start as `b` says, against all rows of the tile. */
function eachRowTile(frame: Frame, rows: number, vectors: number): Code {
  const { at, shape, scoreRow, layout } = frame;
  return loopFrom(
    at.row,
    i32.const(0),
    frame.rows.get,
    rows,
    product(frame.product, frame.engine, {
      rows,
      vectors,
      count: shape.d,
      left: i32.add(frame.query.get, i32.mul(at.row.get, i32.const(shape.d * 4))),
      leftRow: shape.d * 4,
      leftStep: 4,
      right: at.c.get,
      rightStep: vectors * 16,
      start: (_, v) => v128.load(at.b.get, 16 * v),
      finish: (sums) => [
        at.a.set(i32.add(inScratch(frame, at.row.get, scoreRow), i32.shl(at.column.get, i32.const(2)))),
        sums.map((row, r) => row.map((sum, v) => v128.store(at.a.get, sum.get, layout.scores + r * scoreRow + 16 * v))),
      ],
    }),
  );
}

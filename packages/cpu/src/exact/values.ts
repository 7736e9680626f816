import type { Code } from "../assembler/code.ts";
import { type Local, loopFrom, when } from "../assembler/function.ts";
import { f32, f32x4, i32, v128 } from "../assembler/instructions.ts";
import { constant, type Frame, field, forget, inScratch } from "./frame.ts";
import { constantAt, paddedValues } from "./layout.ts";
import { product } from "./product.ts";

/**
 * Adds weights·values of the block to the rows' outputs, which shrink by the correction first; in a kernel with a
 * single block, stores weights·values·factor at `target`.
 */
export function addValues(frame: Frame, target: Local): Code {
  const { shape } = frame;
  const quick = addQuickly(frame, target);
  if (!shape.masked && !shape.stages.includes("bias")) return quick;
  return when(field(frame, "careful"), addCarefully(frame, target), quick);
}

function addQuickly(frame: Frame, target: Local): Code {
  const { shape, engine, at, panel, scoreRow, layout, count } = frame;
  const rows = engine.rows.values;
  const row = paddedValues(engine, shape.e) * 4;
  const { factor } = frame.product;
  return loopFrom(
    at.column,
    i32.const(0),
    i32.const(row),
    panel * 4,
    loopFrom(
      at.row,
      i32.const(0),
      frame.rows.get,
      rows,
      product(frame.product, engine, {
        rows,
        vectors: engine.vectors,
        count: count.get,
        left: i32.add(inScratch(frame, at.row.get, scoreRow), i32.const(layout.scores)),
        leftRow: scoreRow,
        leftStep: 4,
        right: valueAddress(frame),
        rightStep: shape.direct ? row : panel * 4,
        start: (_, v) => constant(frame, constantAt.zeros + 16 * v),
        finish: (sums) => [
          at.b.set(i32.add(frame.scratch.get, i32.shl(at.row.get, i32.const(2)))),
          at.a.set(i32.add(i32.add(target.get, i32.mul(at.row.get, i32.const(row))), at.column.get)),
          sums.map((sum, r) => [
            factor.set(v128.load32Splat(at.b.get, 4 * r + (shape.single ? layout.factor : layout.correction))),
            sum.map((one, v) =>
              one.set(
                shape.single
                  ? f32x4.mul(one.get, factor.get)
                  : engine.madd(v128.load(at.a.get, r * row + 16 * v), factor.get, one.get),
              ),
            ),
          ]),
          sums.map((sum, r) => sum.map((one, v) => v128.store(at.a.get, one.get, r * row + 16 * v))),
        ],
      }),
    ),
  );
}

/** The same where values hold NaN or ∞ behind a mask: a weight of 0 takes nothing from its value. */
function addCarefully(frame: Frame, target: Local): Code {
  const { shape, engine, at, panel, scoreRow, layout, count, vector } = frame;
  const row = paddedValues(engine, shape.e) * 4;
  const sum = vector[0]!;
  const weight = f32.load(i32.add(at.b.get, i32.shl(at.c.get, i32.const(2))), layout.scores);
  const value = v128.load(i32.add(at.a.get, i32.mul(at.c.get, i32.const(panel * 4))));
  const scale = i32.add(frame.scratch.get, i32.shl(at.row.get, i32.const(2)));
  const cell = i32.add(i32.add(target.get, i32.mul(at.row.get, i32.const(row))), at.column.get);
  return loopFrom(
    at.column,
    i32.const(0),
    i32.const(row),
    16,
    loopFrom(at.row, i32.const(0), frame.rows.get, 1, [
      at.a.set(valueAddress(frame)),
      at.b.set(inScratch(frame, at.row.get, scoreRow)),
      sum.set(constant(frame, constantAt.zeros)),
      loopFrom(at.c, i32.const(0), count.get, 1, [
        when(f32.ne(weight, f32.const(0)), sum.set(engine.madd(f32x4.splat(weight), value, sum.get))),
      ]),
      v128.store(
        cell,
        shape.single
          ? f32x4.mul(sum.get, v128.load32Splat(scale, layout.factor))
          : engine.madd(v128.load(cell), v128.load32Splat(scale, layout.correction), sum.get),
      ),
      forget(frame, sum),
    ]),
  );
}

/** Address of the block's first value at byte `column` of the padded width. */
function valueAddress(frame: Frame): Code {
  const { shape, panel, at, key, values } = frame;
  if (shape.direct) {
    return i32.add(i32.add(values.get, i32.mul(key.get, i32.const(shape.e * 4))), at.column.get);
  }
  const panelStart = i32.and(at.column.get, i32.const(-(panel * 4)));
  const within = i32.and(at.column.get, i32.const(panel * 4 - 1));
  return i32.add(
    i32.add(values.get, i32.mul(panelStart, field(frame, "m"))),
    i32.add(i32.mul(key.get, i32.const(panel * 4)), within),
  );
}

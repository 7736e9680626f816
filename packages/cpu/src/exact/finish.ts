import type { Code } from "../assembler/code.ts";
import { type Local, loopFrom, when } from "../assembler/function.ts";
import { f32, f32x4, i32, v128 } from "../assembler/instructions.ts";
import { type Frame, field, inScratch } from "./frame.ts";
import { paddedValues } from "./layout.ts";

/** Takes the tile's outputs from scratch memory to their place, times the factor unless that is done. */
export function writeOutputs(frame: Frame, output: Local): Code {
  const { shape, engine, at, layout, rows } = frame;
  const row = paddedValues(engine, shape.e) * 4;
  const from = i32.add(inScratch(frame, at.row.get, row), i32.const(layout.output));
  const to = i32.add(output.get, i32.mul(at.row.get, i32.const(shape.e * 4)));
  return eachRow(frame, from, to, i32.const(shape.e), !shape.single, rows);
}

/** The block's weights, exponentials in scratch memory, go to [rows, m] at `target`, times the factor. */
export function writeWeights(frame: Frame, target: Local): Code {
  const { at, layout, rows, key, count } = frame;
  const from = i32.add(inScratch(frame, at.row.get, frame.scoreRow), i32.const(layout.scores));
  const to = i32.add(target.get, i32.shl(i32.add(i32.mul(at.row.get, field(frame, "m")), key.get), i32.const(2)));
  return eachRow(frame, from, to, count.get, true, rows);
}

function eachRow(frame: Frame, from: Code, to: Code, length: Code, scaled: boolean, rows: Local): Code {
  const { at, vector, scratch, layout } = frame;
  const factor = vector[0]!;
  const vectors = i32.and(length, i32.const(-4));
  const times = (value: Code) => (scaled ? f32x4.mul(value, factor.get) : value);
  const timesOne = (value: Code) => (scaled ? f32.mul(value, f32x4.extractLane(factor.get, 0)) : value);
  const next: Code = [at.a.set(i32.add(at.a.get, i32.const(4))), at.b.set(i32.add(at.b.get, i32.const(4)))];
  return loopFrom(at.row, i32.const(0), rows.get, 1, [
    scaled ? factor.set(v128.load32Splat(i32.add(scratch.get, i32.shl(at.row.get, i32.const(2))), layout.factor)) : [],
    at.a.set(from),
    at.b.set(to),
    loopFrom(at.c, i32.const(0), vectors, 4, [
      v128.store(at.b.get, times(v128.load(at.a.get))),
      at.a.set(i32.add(at.a.get, i32.const(16))),
      at.b.set(i32.add(at.b.get, i32.const(16))),
    ]),
    loopFrom(at.c, vectors, length, 1, [f32.store(at.b.get, timesOne(f32.load(at.a.get))), next]),
  ]);
}

/** [maximum, sum] of every row, when they are asked for. */
export function writeStatistics(frame: Frame): Code {
  const { at, rows, scratch, layout, group, firstRow } = frame;
  const row = i32.add(i32.add(i32.mul(group.get, field(frame, "rows")), firstRow.get), at.row.get);
  return when(
    field(frame, "statistics"),
    loopFrom(at.row, i32.const(0), rows.get, 1, [
      at.a.set(i32.add(field(frame, "statistics"), i32.shl(row, i32.const(3)))),
      at.b.set(i32.add(scratch.get, i32.shl(at.row.get, i32.const(2)))),
      f32.store(at.a.get, f32.load(at.b.get, layout.maximum)),
      f32.store(at.a.get, f32.load(at.b.get, layout.sum), 4),
    ]),
  );
}

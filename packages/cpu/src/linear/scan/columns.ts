import type { Code } from "../../assembler/code.ts";
import { type Local, loopFrom, when } from "../../assembler/function.ts";
import { f32, f32x4, i32, v128 } from "../../assembler/instructions.ts";
import { exp2 } from "../../exact/exp2.ts";
import { transpose } from "../../exact/pack.ts";
import {
  acrossLanes,
  both,
  constant,
  exp2ConstantsFrom,
  type Frame,
  firstLane,
  forget,
  plus,
  splatLoad,
} from "../frame.ts";
import { panelBytes, panelColumns, type ScanShape, type ScanWord, scanScratch, zRow } from "./shape.ts";

/** A chunk of one head's columns, and where its rows of Y and Z begin. */
export interface Chunk {
  readonly frame: Frame<ScanWord>;
  readonly shape: ScanShape;
  readonly first: Local;
  readonly count: Local;
  readonly y: Local;
  readonly z: Local;
  readonly head: Local;
  /** Address of the chunk's largest scale. */
  readonly maximum: Local;
}

function scaleAddress({ frame, head, first }: Chunk, index: Code): Code {
  const column = i32.add(i32.mul(head.get, frame.field("columns")), i32.add(first.get, index));
  return plus(frame.field("scales"), column, 4);
}

/** The largest scale so far takes in those of the chunk; NaN stays out of it, and in the columns that have it. */
export function largestScale(chunk: Chunk): Code {
  const { frame, count, maximum } = chunk;
  const { row } = frame.tile;
  const largest = frame.pairs[0][0];
  return [
    largest.set(splatLoad(maximum.get)),
    loopFrom(row, i32.const(0), count.get, 1, [
      largest.set(f32x4.pmax(largest.get, splatLoad(scaleAddress(chunk, row.get)))),
    ]),
    f32.store(maximum.get, firstLane(largest)),
    forget(frame, largest),
  ];
}

/** Z of the chunk, times the factors relative to the largest, in scratch memory from now on. */
export function scaleZ(chunk: Chunk): Code {
  const { frame, shape, count, z, maximum } = chunk;
  const { row, column, target } = frame.tile;
  const [factor, t, p, value] = [frame.pairs[0], frame.pairs[1], frame.pairs[2], frame.pairs[3]];
  const copy = i32.add(frame.scratch.get, i32.const(scanScratch(frame.engine, shape).scaledZ));
  const bytes = 4 * zRow(shape);
  return [
    loopFrom(row, i32.const(0), count.get, 1, [
      factor[0].set(f32x4.sub(splatLoad(scaleAddress(chunk, row.get)), splatLoad(maximum.get))),
      exp2(frame.engine, exp2ConstantsFrom(frame), { x: factor[0], t: t[0], p: p[0] }),
      target.set(plus(copy, row.get, bytes)),
      loopFrom(column, plus(z.get, row.get, bytes), plus(z.get, i32.add(row.get, i32.const(1)), bytes), 32, [
        both.map((i) => value[i].set(f32x4.mul(v128.load(column.get, 16 * i), p[0].get))),
        both.map((i) => v128.store(target.get, value[i].get, 16 * i)),
        target.set(i32.add(target.get, i32.const(32))),
      ]),
    ]),
    forget(frame, factor, t, p, value),
    z.set(copy),
  ];
}

/** Y of the chunk, transposed, in panels of a register tile. */
export function layPanels({ frame, shape, first, count, y, head }: Chunk): Code {
  const { row, column, target } = frame.tile;
  const { engine, field } = frame;
  const panel = panelColumns(engine);
  const [ab, cd, pq, rs] = frame.pairs;
  const rows = [...ab, ...cd];
  const rowBytes = 4 * shape.yRow;
  const perHead = i32.divU(i32.add(field("columns"), i32.const(panel - 1)), i32.const(panel));
  const here = i32.add(i32.mul(head.get, perHead), i32.divU(i32.add(first.get, row.get), i32.const(panel)));
  return [
    loopFrom(row, i32.const(0), count.get, 4, [
      target.set(
        i32.add(
          plus(field("panels"), here, panelBytes(engine, shape)),
          i32.shl(i32.and(row.get, i32.const(panel - 1)), i32.const(2)),
        ),
      ),
      loopFrom(
        column,
        plus(y.get, row.get, rowBytes),
        i32.add(plus(y.get, row.get, rowBytes), i32.const(4 * shape.x)),
        16,
        [
          rows.map((local, lane) => local.set(v128.load(column.get, lane * rowBytes))),
          transpose(rows, [...pq, ...rs]),
          rows.map((local, lane) => v128.store(target.get, local.get, 4 * panel * lane)),
          target.set(i32.add(target.get, i32.const(16 * panel))),
        ],
      ),
    ]),
    forget(frame, ...frame.pairs),
  ];
}

/** Notes whether Z holds NaN or ∞, which a product that should be 0 would let through. */
export function searchZ({ frame, shape, count, z }: Chunk): Code {
  const { column } = frame.tile;
  const strange = frame.pairs[0];
  const value = frame.pairs[1];
  return [
    both.map((i) => strange[i].set(constant(frame, "zeros", i))),
    loopFrom(column, z.get, plus(z.get, count.get, 4 * zRow(shape)), 32, [
      both.map((i) => value[i].set(v128.load(column.get, 16 * i))),
      // x − x is 0 for all numbers but those; a sum of zeros stays 0.
      both.map((i) => strange[i].set(f32x4.add(strange[i].get, f32x4.sub(value[i].get, value[i].get)))),
    ]),
    strange[0].set(f32x4.add(strange[0].get, strange[1].get)),
    acrossLanes(strange[0], f32x4.add),
    when(f32.ne(firstLane(strange[0]), f32.const(0)), i32.store(frame.field("careful"), i32.const(1))),
    forget(frame, strange, value),
  ];
}

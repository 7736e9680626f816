import type { Code } from "../assembler/code.ts";
import { type Local, loopFrom, select, when } from "../assembler/function.ts";
import { f32, f32x4, i32, shuffle32, v128 } from "../assembler/instructions.ts";
import { type Frame, field, inScratch } from "./frame.ts";
import { word } from "./layout.ts";

/** Keys worked on together; rows too come in pairs, for 8 sums in registers. */
const keysAtOnce = 4;

/**
 * Scores of few rows with the block's keys, which lie row by row: sums along d in lanes, then across lanes. What pads
 * the block holds anything.
 */
export function rowScores(frame: Frame): Code {
  const { at, count, padded, rows, shape, keys, key, keyRows } = frame;
  const last = i32.sub(count.get, i32.const(1));
  const rowOf = (lane: number) => {
    const index = i32.add(at.column.get, i32.const(lane));
    const inside = select(index, last, i32.ltS(index, last));
    return i32.add(keys.get, i32.mul(i32.add(key.get, inside), i32.const(shape.d * 4)));
  };
  return [
    padded.set(i32.and(i32.add(count.get, i32.const(7)), i32.const(-8))),
    loopFrom(at.column, i32.const(0), count.get, keysAtOnce, [
      keyRows.map((local, lane) => local.set(rowOf(lane))),
      loopFrom(at.row, i32.const(0), rows.get, 2, pairOfRows(frame)),
    ]),
  ];
}

/** −∞ for what pads the block's keys to a multiple of 8. */
export function padRows(frame: Frame): Code {
  const { at, count, padded, rows, scoreRow, layout } = frame;
  return loopFrom(
    at.row,
    i32.const(0),
    rows.get,
    1,
    loopFrom(
      at.column,
      count.get,
      padded.get,
      1,
      f32.store(
        i32.add(inScratch(frame, at.row.get, scoreRow), i32.shl(at.column.get, i32.const(2))),
        f32.const(Number.NEGATIVE_INFINITY),
        layout.scores,
      ),
    ),
  );
}

function pairOfRows(frame: Frame): Code {
  const { at, shape, engine, product, keyRows, rowSums, folded, query, scratch, layout, scoreRow } = frame;
  const rowBytes = shape.d * 4;
  const both = [0, 1] as const;
  const sum = (lane: number, r: number, half: number): Local => rowSums[(lane * 2 + r) * 2 + half]!;
  const zero = product.zero;
  const unroll = rowBytes % 128 === 0 ? 4 : 1;
  const [factor, loaded] = [product.factor, product.loaded];
  const step = (offset: number): Code =>
    both.map((half) => [
      both.map((r) => loaded[r]!.set(v128.load(i32.add(at.a.get, i32.const(r * rowBytes)), offset + 16 * half))),
      keyRows.map((row, lane) => [
        factor.set(v128.load(i32.add(row.get, at.b.get), offset + 16 * half)),
        both.map((r) => sum(lane, r, half).set(engine.madd(factor.get, loaded[r]!.get, sum(lane, r, half).get))),
      ]),
    ]);
  const pairAt = (lane: number, r: number) => layout.pairs + 32 * (lane * 2 + r);
  return [
    rowSums.map((local) => local.set(zero.get)),
    at.a.set(i32.add(query.get, i32.mul(at.row.get, i32.const(rowBytes)))),
    loopFrom(at.b, i32.const(0), i32.const(rowBytes), 32 * unroll, [
      Array.from({ length: unroll }, (_, index) => step(32 * index)),
      at.a.set(i32.add(at.a.get, i32.const(32 * unroll))),
    ]),
    keyRows.map((_, lane) =>
      both.map((r) => both.map((half) => v128.store(scratch.get, sum(lane, r, half).get, pairAt(lane, r) + 16 * half))),
    ),
    rowSums.map((local) => local.set(zero.get)),
    both.map((r) => [
      folded.map((local, lane) =>
        local.set(f32x4.add(v128.load(scratch.get, pairAt(lane, r)), v128.load(scratch.get, pairAt(lane, r) + 16))),
      ),
      at.c.set(
        i32.add(inScratch(frame, i32.add(at.row.get, i32.const(r)), scoreRow), i32.shl(at.column.get, i32.const(2))),
      ),
      v128.store(at.c.get, fourSums(folded), layout.scores),
    ]),
    folded.map((local) => local.set(zero.get)),
  ];
}

/** The sum of each vector's lanes, as the lanes of one. */
function fourSums(vectors: readonly Local[]): Code {
  const [a, b, c, d] = vectors as [Local, Local, Local, Local];
  const two = (left: Local, right: Local) =>
    f32x4.add(shuffle32(left.get, right.get, [0, 1, 4, 5]), shuffle32(left.get, right.get, [2, 3, 6, 7]));
  return [
    a.set(two(a, b)),
    c.set(two(c, d)),
    f32x4.add(shuffle32(a.get, c.get, [0, 2, 4, 6]), shuffle32(a.get, c.get, [1, 3, 5, 7])),
  ];
}

/** Queries times scale·log₂e into scratch memory, where a pair of rows may be read whole. */
export function scaleQueries(frame: Frame): Code {
  const { at, rows, shape, query, scratch, layout, product, descriptor } = frame;
  const copy = i32.add(scratch.get, i32.const(layout.query));
  return [
    product.factor.set(v128.load32Splat(descriptor.get, word.factor)),
    loopFrom(at.a, i32.const(0), i32.mul(rows.get, i32.const(shape.d * 4)), 16, [
      v128.store(
        i32.add(scratch.get, at.a.get),
        f32x4.mul(v128.load(i32.add(query.get, at.a.get)), product.factor.get),
        layout.query,
      ),
    ]),
    query.set(copy),
  ];
}

/** Finds the block's keys and values: a block does not go over the border between the past and the new ones. */
export function placeBlock(frame: Frame): Code {
  const { key, count, keys, values, group, shape } = frame;
  const past = field(frame, "past");
  const start = (address: Code, bytes: Code) => i32.add(address, i32.mul(group.get, bytes));
  const back = (width: number) => i32.mul(past, i32.const(width * 4));
  return [
    keys.set(i32.sub(start(field(frame, "keys"), field(frame, "keyBytes")), back(shape.d))),
    values.set(i32.sub(start(field(frame, "values"), field(frame, "valueBytes")), back(shape.e))),
    when(i32.ltS(key.get, past), [
      count.set(select(i32.sub(past, key.get), count.get, i32.ltS(i32.sub(past, key.get), count.get))),
      keys.set(start(field(frame, "pastKeys"), field(frame, "pastKeyBytes"))),
      values.set(start(field(frame, "pastValues"), field(frame, "pastValueBytes"))),
    ]),
  ];
}

import type { Code } from "../assembler/code.ts";
import { type Local, loopFrom, when } from "../assembler/function.ts";
import { f32x4, i32, shuffle32, v128 } from "../assembler/instructions.ts";
import { exp2 } from "./exp2.ts";
import { constant, exp2ConstantsFrom, type Frame, field, forget, inScratch } from "./frame.ts";
import { constantAt } from "./layout.ts";

/**
 * The running maximum of every row takes in the block's scores. Leaves the maximum, what is safe to subtract (0 for a
 * row that has seen no key), and the factor by which earlier sums shrink (Milakov and Gimelshein 2018, algorithm 3).
 */
export function updateMaxima(frame: Frame): Code {
  const { at, rows, scratch, layout, vector, engine, shape } = frame;
  const [old, now, x, t, p] = vector as [Local, Local, Local, Local, Local];
  const correct = [
    x.set(f32x4.sub(old.get, now.get)),
    exp2(engine, exp2ConstantsFrom(frame), { x, t, p }),
    v128.store(at.a.get, p.get, layout.correction),
  ];
  return [
    loopFrom(at.row, i32.const(0), rows.get, 4, [
      now.set(maximaOfFourRows(frame)),
      at.a.set(i32.add(scratch.get, i32.shl(at.row.get, i32.const(2)))),
      old.set(v128.load(at.a.get, layout.maximum)),
      now.set(f32x4.pmax(old.get, now.get)),
      v128.store(at.a.get, now.get, layout.maximum),
      now.set(finiteOrZero(frame, now)),
      v128.store(at.a.get, now.get, layout.safe),
      // A single block has nothing before it but a sink.
      shape.single ? when(field(frame, "sinks"), correct) : correct,
    ]),
    forget(frame, vector),
  ];
}

/** Four rows side by side: one by one, rows of a few keys would take longer to fold than to read. */
function maximaOfFourRows(frame: Frame): Code {
  const { at, layout, padded, scoreRow, vector } = frame;
  const rows = vector.slice(0, 4);
  const scores = (row: number, half: number) => v128.load(at.a.get, layout.scores + row * scoreRow + 16 * half);
  return [
    at.a.set(inScratch(frame, at.row.get, scoreRow)),
    at.b.set(i32.add(at.a.get, i32.shl(padded.get, i32.const(2)))),
    rows.map((local, row) => local.set(f32x4.pmax(scores(row, 0), scores(row, 1)))),
    loopFrom(
      at.a,
      i32.add(at.a.get, i32.const(32)),
      at.b.get,
      32,
      rows.map((local, row) => local.set(f32x4.pmax(f32x4.pmax(local.get, scores(row, 0)), scores(row, 1)))),
    ),
    fourInOne(rows, f32x4.pmax),
  ];
}

/** Scores become exp2(score − maximum), and each row's sum of them goes into `pairs`. */
export function exponentials(frame: Frame): Code {
  const { at, rows, scratch, layout, padded, pair, engine, constants, exponents } = frame;
  const [x, t, p, maximum, sum] = pair as [LocalPair, LocalPair, LocalPair, LocalPair, LocalPair];
  const both = [0, 1] as const;
  const inRegisters = both.map((i) => exponents.map((local) => local[i].get));
  const loads = both.map((i) => exp2ConstantsFrom(frame, i).map((code, index) => exponents[index]![i].set(code)));
  const everyRow = loopFrom(at.row, i32.const(0), rows.get, 1, [
    at.a.set(i32.add(scratch.get, i32.shl(at.row.get, i32.const(2)))),
    both.map((i) => maximum[i].set(v128.load32Splat(at.a.get, layout.safe))),
    both.map((i) => sum[i].set(v128.load(constants.get, constantAt.zeros + 16 * i))),
    at.a.set(inScratch(frame, at.row.get, frame.scoreRow)),
    at.b.set(i32.add(at.a.get, i32.shl(padded.get, i32.const(2)))),
    loopFrom(at.a, at.a.get, at.b.get, 32, [
      both.map((i) => x[i].set(f32x4.sub(v128.load(at.a.get, layout.scores + 16 * i), maximum[i].get))),
      both.map((i) => exp2(engine, inRegisters[i]!, { x: x[i], t: t[i], p: p[i] })),
      both.map((i) => v128.store(at.a.get, p[i].get, layout.scores + 16 * i)),
      both.map((i) => sum[i].set(f32x4.add(sum[i].get, p[i].get))),
      forget(frame, x, t, p),
    ]),
    storePair(frame, sum[0], sum[1]),
    forget(frame, sum, maximum),
  ]);
  return [loads, everyRow, forget(frame, ...exponents)];
}

type LocalPair = readonly [Local, Local];

/** sum ← sum·correction + the block's sum, for every row; in a kernel with a single block, the factor 1 / sum too. */
export function updateSums(frame: Frame): Code {
  const { at, rows, scratch, layout, vector, engine, shape } = frame;
  const sum = vector[4]!;
  const add = sum.set(engine.madd(v128.load(at.a.get, layout.sum), v128.load(at.a.get, layout.correction), sum.get));
  return loopFrom(at.row, i32.const(0), rows.get, 4, [
    sum.set(pairSumsOfFourRows(frame)),
    at.a.set(i32.add(scratch.get, i32.shl(at.row.get, i32.const(2)))),
    shape.single ? when(field(frame, "sinks"), add) : add,
    v128.store(at.a.get, sum.get, layout.sum),
    shape.single ? invert(frame, sum) : [],
  ]);
}

/** factor ← 1 / sum for every row. */
export function invertSums(frame: Frame): Code {
  const { at, rows, scratch, layout, vector } = frame;
  const sum = vector[0]!;
  return loopFrom(at.row, i32.const(0), rows.get, 4, [
    at.a.set(i32.add(scratch.get, i32.shl(at.row.get, i32.const(2)))),
    sum.set(v128.load(at.a.get, layout.sum)),
    invert(frame, sum),
  ]);
}

/** 1 / sum, and 0 for a row that has seen no key, whose output is 0 then. */
function invert(frame: Frame, sum: Local): Code {
  const { at, layout } = frame;
  const zero = constant(frame, constantAt.zeros);
  const inverse = f32x4.div(exp2ConstantsFrom(frame)[2]!, sum.get);
  return v128.store(at.a.get, v128.bitselect(zero, inverse, f32x4.eq(sum.get, zero)), layout.factor);
}

function storePair(frame: Frame, low: Local, high: Local): Code {
  const { at, layout } = frame;
  return [
    at.a.set(inScratch(frame, at.row.get, 32)),
    [low, high].map((half, i) => v128.store(at.a.get, half.get, layout.pairs + 16 * i)),
  ];
}

/** The sums of four rows, each from its pair. */
function pairSumsOfFourRows(frame: Frame): Code {
  const { at, layout, vector } = frame;
  const rows = vector.slice(0, 4);
  const half = (row: number, i: number) => v128.load(at.a.get, layout.pairs + 32 * row + 16 * i);
  return [
    at.a.set(inScratch(frame, at.row.get, 32)),
    rows.map((local, row) => local.set(f32x4.add(half(row, 0), half(row, 1)))),
    fourInOne(rows, f32x4.add),
  ];
}

/** Four vectors, the lanes of each folded to one number: a vector of the four. The first and third are changed. */
function fourInOne(rows: readonly Local[], fold: (left: Code, right: Code) => Code): Code {
  const [a, b, c, d] = rows as [Local, Local, Local, Local];
  const two = (left: Local, right: Local) =>
    fold(shuffle32(left.get, right.get, [0, 1, 4, 5]), shuffle32(left.get, right.get, [2, 3, 6, 7]));
  return [
    a.set(two(a, b)),
    c.set(two(c, d)),
    fold(shuffle32(a.get, c.get, [0, 2, 4, 6]), shuffle32(a.get, c.get, [1, 3, 5, 7])),
  ];
}

/** The value, and 0 in place of −∞. */
function finiteOrZero(frame: Frame, value: Local): Code {
  const none = f32x4.eq(value.get, constant(frame, constantAt.minusInfinity));
  return v128.bitselect(constant(frame, constantAt.zeros), value.get, none);
}

import type { Code } from "../../../assembler/code.ts";
import {
  copyBytes,
  defineFunction,
  type Local,
  loopFrom,
  select,
  type WasmFunction,
  when,
} from "../../../assembler/function.ts";
import { f32, f32x4, i32, v128 } from "../../../assembler/instructions.ts";
import type { Engine } from "../../../engine/engine.ts";
import { exp2 } from "../../../exact/exp2.ts";
import {
  acrossLanes,
  both,
  constant,
  exp2ConstantsFrom,
  type Frame,
  firstLane,
  forget,
  makeFrame,
  plus,
} from "../../frame.ts";
import { tileProduct } from "../../tile-product.ts";
import { padded } from "../../widths.ts";
import { type FavorShape, type FavorWord, favorScratch, favorWords } from "./shape.ts";
import { cosineOf, reduceTurn, sineOf } from "./sine.ts";

interface Row {
  readonly frame: Frame<FavorWord>;
  readonly shape: FavorShape;
  /** Addresses of the row of x, of its products with the random vectors, and of its features. */
  readonly source: Local;
  readonly projected: Local;
  readonly target: Local;
}

/**
 * Random features of rows, without the factor exp(logScale) that keeps them in range, which goes where it is asked
 * for (Choromanski et al. 2021, lemma 1; for sines and cosines Rahimi and Recht 2007). A unit is a tile of rows.
 */
export function favor(engine: Engine, shape: FavorShape): WasmFunction {
  return defineFunction(
    "favor",
    ["i32", "i32", "i32"],
    (scope, descriptor, unit, thread) => {
      const frame = makeFrame<FavorWord>(engine, favorWords, scope, descriptor!, thread!);
      const { field } = frame;
      const [head, first, rows, at, source, projected, target, logScales] = Array.from({ length: 8 }, () =>
        scope.i32(),
      ) as [Local, Local, Local, Local, Local, Local, Local, Local];
      const layout = favorScratch(engine, shape);
      const row: Row = { frame, shape, source, projected, target };
      const bytes = 4 * padded(shape.features);
      return [
        frame.begin,
        head.set(i32.divU(unit!.get, field("tiles"))),
        first.set(i32.mul(i32.remU(unit!.get, field("tiles")), i32.const(engine.tileRows))),
        rows.set(i32.sub(field("rows"), first.get)),
        rows.set(select(i32.const(engine.tileRows), rows.get, i32.gtS(rows.get, i32.const(engine.tileRows)))),
        source.set(plus(i32.add(field("source"), i32.mul(head.get, field("sourceHead"))), first.get, 4 * shape.d)),
        target.set(
          plus(i32.add(field("target"), i32.mul(head.get, field("targetHead"))), first.get, 4 * shape.targetRow),
        ),
        logScales.set(plus(i32.add(field("logScales"), i32.mul(head.get, field("logScalesHead"))), first.get, 4)),
        // Register tiles read whole: what is shorter must not be read past its end.
        copyBytes(
          i32.add(frame.scratch.get, i32.const(layout.source)),
          source.get,
          i32.mul(rows.get, i32.const(4 * shape.d)),
        ),
        source.set(i32.add(frame.scratch.get, i32.const(layout.source))),
        projected.set(i32.add(frame.scratch.get, i32.const(layout.projected))),
        tileProduct(frame, {
          rows: rows.get,
          columns: padded(shape.features),
          count: shape.d,
          left: source.get,
          leftRow: 4 * shape.d,
          leftStep: 4,
          right: (columnBytes) => i32.add(field("projection"), columnBytes),
          rightStep: bytes,
          target: projected.get,
          targetRow: bytes,
          adds: false,
        }),
        loopFrom(at, i32.const(0), rows.get, 1, [
          shape.form === "trigonometric" ? trigonometric(row) : exponentials(row),
          when(field("logScales"), f32.store(plus(logScales.get, at.get, 4), logScaleOf(row))),
          forget(frame, ...frame.pairs),
          source.set(i32.add(source.get, i32.const(4 * shape.d))),
          projected.set(i32.add(projected.get, i32.const(bytes))),
          target.set(i32.add(target.get, i32.const(4 * shape.targetRow))),
        ]),
      ];
    },
    { exported: true },
  );
}

/** Runs statements for each pair of vectors of the row's products; `column` counts bytes. */
function eachPair({ frame, shape }: Row, body: Code): Code {
  return loopFrom(frame.tile.column, i32.const(0), i32.const(4 * padded(shape.features)), 32, body);
}

/** A table of one number a column, the pair in hand. */
function table(frame: Frame<FavorWord>, name: "starts" | "mask", half: number): Code {
  return v128.load(i32.add(frame.field(name), frame.tile.column.get), 16 * half);
}

/** sin and cos of every product, given in turns. */
function trigonometric(row: Row): Code {
  const { frame, shape, projected } = row;
  const [turn, t, s, c] = frame.pairs;
  const { column } = frame.tile;
  return eachPair(row, [
    both.map((i) => turn[i].set(v128.load(i32.add(projected.get, column.get), 16 * i))),
    both.map((i) => reduceTurn(frame, turn[i], t[i], i)),
    both.map((i) => sineOf(frame, turn[i], t[i], s[i], i)),
    both.map((i) => cosineOf(frame, turn[i], t[i], c[i], i)),
    store(row, s, 0),
    store(row, c, 4 * padded(shape.features)),
    forget(frame, turn, t, s, c),
  ]);
}

/** exp of every product in base 2, relative to the largest, and of its negative where both signs are features. */
function exponentials(row: Row): Code {
  const { frame, shape, projected } = row;
  const [largest, x, t, p] = frame.pairs;
  const { column } = frame.tile;
  const { engine } = frame;
  const product = (i: number) => v128.load(i32.add(projected.get, column.get), 16 * i);
  const hyperbolic = shape.form === "hyperbolic";
  const exponential = (offset: number, argument: (i: 0 | 1) => Code): Code => [
    both.map((i) => x[i].set(argument(i))),
    both.map((i) => exp2(engine, exp2ConstantsFrom(frame, i), { x: x[i], t: t[i], p: p[i] })),
    store(row, p, offset),
    forget(frame, x, t, p),
  ];
  return [
    hyperbolic
      ? both.map((i) => largest[i].set(constant(frame, "zeros", i)))
      : both.map((i) => largest[i].set(constant(frame, "lowest", i))),
    eachPair(row, [
      both.map((i) => x[i].set(hyperbolic ? f32x4.abs(product(i)) : f32x4.add(product(i), table(frame, "starts", i)))),
      both.map((i) => largest[i].set(f32x4.pmax(largest[i].get, x[i].get))),
    ]),
    largest[0].set(f32x4.pmax(largest[0].get, largest[1].get)),
    acrossLanes(largest[0], f32x4.pmax),
    largest[1].set(largest[0].get),
    eachPair(row, [
      exponential(0, (i) => f32x4.sub(product(i), largest[i].get)),
      hyperbolic
        ? exponential(4 * padded(shape.features), (i) => f32x4.sub(f32x4.neg(product(i)), largest[i].get))
        : [],
    ]),
  ];
}

/** Stores a pair of features, and 0 in the columns that pad. */
function store({ frame, target }: Row, pair: readonly [Local, Local], offset: number): Code {
  const { column } = frame.tile;
  return [
    both.map((i) => pair[i].set(v128.and(pair[i].get, table(frame, "mask", i)))),
    both.map((i) => v128.store(i32.add(target.get, column.get), pair[i].get, offset + 16 * i)),
  ];
}

/** The largest product taken out, where one was, plus ofNorm·‖x‖². */
function logScaleOf({ frame, shape, source }: Row): Code {
  const { column } = frame.tile;
  const [[largest], [sum, rest], [value]] = frame.pairs;
  const whole = 4 * (shape.d & ~3);
  return [
    sum.set(constant(frame, "zeros")),
    loopFrom(column, i32.const(0), i32.const(whole), 16, [
      value.set(v128.load(i32.add(source.get, column.get))),
      sum.set(frame.engine.madd(value.get, value.get, sum.get)),
    ]),
    acrossLanes(sum, f32x4.add),
    Array.from({ length: shape.d % 4 }, (_, lane) => [
      rest.set(v128.load32Splat(source.get, whole + 4 * lane)),
      sum.set(frame.engine.madd(rest.get, rest.get, sum.get)),
    ]),
    f32.add(
      f32.mul(f32.reinterpretI32(frame.field("ofNorm")), firstLane(sum)),
      shape.form === "trigonometric" ? f32.const(0) : firstLane(largest),
    ),
  ];
}

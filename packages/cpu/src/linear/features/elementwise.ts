import type { Code } from "../../assembler/code.ts";
import { defineFunction, type WasmFunction } from "../../assembler/function.ts";
import { f32x4, v128 } from "../../assembler/instructions.ts";
import type { Engine } from "../../engine/engine.ts";
import { exp2 } from "../../exact/exp2.ts";
import { both, constant, exp2ConstantsFrom, type Frame, type LocalPair, makeFrame } from "../frame.ts";
import { mapRow } from "../row-map.ts";
import { eachRowOfUnit, type RowWord, rowWords } from "../rows-of-unit.ts";
import type { Elementwise } from "./shape.ts";

export interface ElementwiseShape {
  readonly map: Elementwise;
  /** φ(x), or φ′(x)·y with a second source y. */
  readonly gives: "features" | "slopes";
  readonly width: number;
  /** Floats from one row to the next. */
  readonly otherRow: number;
  readonly targetRow: number;
  /** Zeros follow each row of the target up to a multiple of 8. */
  readonly pads: boolean;
}

/** elu + 1 or relu of every element, or its derivative times another matrix. A unit is some rows of a head. */
export function elementwise(engine: Engine, shape: ElementwiseShape): WasmFunction {
  return defineFunction(
    "elementwise",
    ["i32", "i32", "i32"],
    (scope, descriptor, unit, thread) => {
      const frame = makeFrame<RowWord>(engine, rowWords, scope, descriptor!, thread!);
      const slopes = shape.gives === "slopes";
      return [
        frame.begin,
        eachRowOfUnit(
          frame,
          scope,
          unit!,
          { source: shape.width, other: shape.otherRow, third: 0, target: shape.targetRow },
          ({ source, other, target }) =>
            mapRow(frame, {
              width: shape.width,
              sources: slopes ? [source, other] : [source],
              target,
              pads: shape.pads,
              compute: (from, into) =>
                slopes
                  ? slopesOf(frame, shape.map, from[0]!, from[1]!, into)
                  : features(frame, shape.map, from[0]!, into),
            }),
        ),
      ];
    },
    { exported: true },
  );
}

/** x + 1 above 0 and exp(x) elsewhere, or max(x, 0); NaN for NaN. */
function features(frame: Frame<RowWord>, map: Elementwise, x: LocalPair, into: LocalPair): Code {
  if (map === "relu") return both.map((i) => into[i].set(f32x4.pmax(x[i].get, constant(frame, "zeros", i))));
  return [
    exponential(frame, x, into),
    both.map((i) =>
      into[i].set(
        v128.bitselect(
          f32x4.add(x[i].get, constant(frame, "one", i)),
          into[i].get,
          f32x4.gt(x[i].get, constant(frame, "zeros", i)),
        ),
      ),
    ),
  ];
}

/** exp(x) for x ≤ 0. */
function exponential(frame: Frame<RowWord>, x: LocalPair, into: LocalPair): Code {
  const [scaled, t] = [frame.pairs[2], frame.pairs[3]];
  return [
    both.map((i) => scaled[i].set(f32x4.mul(x[i].get, constant(frame, "log2e", i)))),
    both.map((i) => exp2(frame.engine, exp2ConstantsFrom(frame, i), { x: scaled[i], t: t[i], p: into[i] })),
    both.map((i) => [scaled[i].set(frame.product.zero.get), t[i].set(frame.product.zero.get)]),
  ];
}

/** The slope times y; what has gradient 0 keeps it, whatever the slope. */
function slopesOf(frame: Frame<RowWord>, map: Elementwise, x: LocalPair, y: LocalPair, into: LocalPair): Code {
  const above = (i: 0 | 1) => f32x4.gt(x[i].get, constant(frame, "zeros", i));
  if (map === "relu") {
    return both.map((i) => into[i].set(f32x4.mul(y[i].get, v128.and(constant(frame, "one", i), above(i)))));
  }
  return [
    both.map((i) => into[i].set(y[i].get)),
    slopeOfElu(frame, x, y, above),
    both.map((i) => into[i].set(v128.and(y[i].get, f32x4.ne(into[i].get, constant(frame, "zeros", i))))),
  ];
}

/** y becomes y·exp(x), and stays y where x is above 0. */
function slopeOfElu(frame: Frame<RowWord>, x: LocalPair, y: LocalPair, above: (i: 0 | 1) => Code): Code {
  return both.map((i) => {
    const [scaled, t] = frame.pairs[3];
    const p = frame.product.factor;
    return [
      scaled.set(f32x4.mul(x[i].get, constant(frame, "log2e"))),
      exp2(frame.engine, exp2ConstantsFrom(frame), { x: scaled, t, p }),
      y[i].set(v128.bitselect(y[i].get, f32x4.mul(y[i].get, p.get), above(i))),
    ];
  });
}

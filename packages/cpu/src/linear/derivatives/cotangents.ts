import type { Code } from "../../assembler/code.ts";
import { defineFunction, loopFrom, type WasmFunction, when } from "../../assembler/function.ts";
import { f32, f32x4, i32, v128 } from "../../assembler/instructions.ts";
import type { Engine } from "../../engine/engine.ts";
import { acrossLanes, both, constant, type Frame, firstLane, forget, makeFrame, splatLoad } from "../frame.ts";
import { mapRow } from "../row-map.ts";
import { eachRowOfUnit, type RowPointers, type RowWord, rowWords } from "../rows-of-unit.ts";
import { padded } from "../widths.ts";

export interface CotangentShape {
  readonly e: number;
}

/**
 * The gradient of a scalar by the sums N of a query, numerators and denominator z, from that by its output N/z:
 * (dO/z, −(dO·N)/z²). Sources are dO and N; where z is 0 the gradient is zeros, whatever they hold.
 */
export function cotangents(engine: Engine, { e }: CotangentShape): WasmFunction {
  const row = padded(e + 1);
  return defineFunction(
    "cotangents",
    ["i32", "i32", "i32"],
    (scope, descriptor, unit, thread) => {
      const frame = makeFrame<RowWord>(engine, rowWords, scope, descriptor!, thread!);
      return [
        frame.begin,
        eachRowOfUnit(frame, scope, unit!, { source: e, other: row, third: 0, target: row }, (at) =>
          when(
            f32.ne(f32.load(at.other.get, 4 * e), f32.const(0)),
            ofRow(frame, e, at),
            zeros(frame, at.target.get, row),
          ),
        ),
      ];
    },
    { exported: true },
  );
}

function ofRow(frame: Frame<RowWord>, e: number, { source, other, target }: RowPointers): Code {
  const { column } = frame.tile;
  const [factor, dot] = frame.pairs[3];
  const value = frame.pairs[0];
  const row = padded(e + 1);
  const gradient = (i: number) => v128.load(i32.add(target.get, column.get), 16 * i);
  const eachPair = (body: Code) => loopFrom(column, i32.const(0), i32.const(4 * row), 32, body);
  return [
    mapRow(frame, {
      width: e,
      sources: [source],
      target,
      pads: true,
      compute: ([from], into) => both.map((i) => into[i].set(from![i].get)),
    }),
    e % 8 === 0 ? both.map((i) => v128.store(target.get, constant(frame, "zeros", i), 4 * e + 16 * i)) : [],
    factor.set(f32x4.div(constant(frame, "one"), splatLoad(other.get, 4 * e))),
    dot.set(constant(frame, "zeros")),
    eachPair(
      both.map((i) =>
        dot.set(frame.engine.madd(gradient(i), v128.load(i32.add(other.get, column.get), 16 * i), dot.get)),
      ),
    ),
    acrossLanes(dot, f32x4.add),
    eachPair([
      both.map((i) => value[i].set(f32x4.mul(gradient(i), factor.get))),
      both.map((i) => v128.store(i32.add(target.get, column.get), value[i].get, 16 * i)),
    ]),
    dot.set(f32x4.neg(f32x4.mul(f32x4.mul(dot.get, factor.get), factor.get))),
    f32.store(target.get, firstLane(dot), 4 * e),
    forget(frame, factor, dot, value),
  ];
}

function zeros(frame: Frame<RowWord>, address: Code, row: number): Code {
  const { column } = frame.tile;
  return loopFrom(column, i32.const(0), i32.const(4 * row), 32, [
    both.map((i) => v128.store(i32.add(address, column.get), constant(frame, "zeros", i), 16 * i)),
  ]);
}

import type { Code } from "../../assembler/code.ts";
import { defineFunction, fillZero, type Local, loopFrom, type WasmFunction } from "../../assembler/function.ts";
import { f32, f32x4, i32, v128 } from "../../assembler/instructions.ts";
import type { Engine } from "../../engine/engine.ts";
import { exp2 } from "../../exact/exp2.ts";
import { lowestScale } from "../constants.ts";
import { both, exp2ConstantsFrom, type Frame, firstLane, forget, makeFrame, plus, splatLoad } from "../frame.ts";
import { type ScanShape, type ScanWord, scanWords, slicesOf, stateBytes, zRow } from "./shape.ts";

/**
 * The sums of chunks become sums of all chunks before a slot, or from it on: slot c holds chunks 0 … c − 1, or c …
 * chunks − 1. A unit is eight rows of the sums of a group.
 */
export function accumulate(engine: Engine, shape: ScanShape): WasmFunction {
  const { reverse, scaled } = shape;
  const sliceBytes = 8 * 4 * zRow(shape);
  const slices = i32.const(slicesOf(shape));
  const toNext = reverse ? -stateBytes(engine, shape) : stateBytes(engine, shape);
  const slotToNext = reverse ? -4 : 4;
  return defineFunction(
    "accumulate",
    ["i32", "i32", "i32"],
    (scope, descriptor, unit, thread) => {
      const frame = makeFrame<ScanWord>(engine, scanWords, scope, descriptor!, thread!);
      const { field, pairs, tile } = frame;
      const [group, slot, previous, turn, maximum, running] = Array.from({ length: 6 }, () => scope.i32()) as [
        Local,
        Local,
        Local,
        Local,
        Local,
        Local,
      ];
      const sum = pairs[0];
      const [ofPrevious, ofChunk] = pairs[1];
      const current = i32.add(previous.get, i32.const(toNext));
      const slots = i32.add(field("chunks"), i32.const(1));
      const old = (i: number) => v128.load(tile.column.get, 16 * i);
      const add = (i: 0 | 1): Code => {
        const own = v128.load(tile.target.get, 16 * i);
        if (!scaled) return f32x4.add(old(i), own);
        return f32x4.add(f32x4.mul(old(i), ofPrevious.get), f32x4.mul(own, ofChunk.get));
      };
      return [
        frame.begin,
        group.set(i32.divU(unit!.get, slices)),
        slot.set(i32.add(i32.mul(group.get, slots), reverse ? field("chunks") : i32.const(0))),
        previous.set(
          i32.add(
            plus(field("states"), slot.get, stateBytes(engine, shape)),
            i32.mul(i32.remU(unit!.get, slices), i32.const(sliceBytes)),
          ),
        ),
        fillZero(previous.get, i32.const(sliceBytes)),
        scaled
          ? [
              maximum.set(plus(field("maxima"), slot.get, 4)),
              running.set(plus(field("running"), slot.get, 4)),
              f32.store(running.get, f32.const(lowestScale)),
            ]
          : [],
        loopFrom(turn, i32.const(0), field("chunks"), 1, [
          scaled ? nextScale(frame, maximum, running, slotToNext) : [],
          tile.target.set(current),
          loopFrom(tile.column, previous.get, i32.add(previous.get, i32.const(sliceBytes)), 32, [
            both.map((i) => sum[i].set(add(i))),
            both.map((i) => v128.store(tile.target.get, sum[i].get, 16 * i)),
            tile.target.set(i32.add(tile.target.get, i32.const(32))),
          ]),
          previous.set(current),
        ]),
      ];
    },
    { exported: true },
  );
}

/**
 * The running maximum moves on by a slot and takes in that slot's chunk; leaves the factors on both sums. All units of
 * a group write the same numbers.
 */
function nextScale(frame: Frame<ScanWord>, maximum: Local, running: Local, step: number): Code {
  const { engine, pairs } = frame;
  const [ofPrevious, ofChunk] = pairs[1];
  const [x, now] = pairs[2];
  const [t, p] = pairs[3];
  const factor = (from: Local, into: Local): Code => [
    x.set(f32x4.sub(splatLoad(from.get), now.get)),
    exp2(engine, exp2ConstantsFrom(frame), { x, t, p }),
    into.set(p.get),
  ];
  return [
    maximum.set(i32.add(maximum.get, i32.const(step))),
    now.set(f32x4.pmax(splatLoad(running.get), splatLoad(maximum.get))),
    factor(running, ofPrevious),
    factor(maximum, ofChunk),
    running.set(i32.add(running.get, i32.const(step))),
    f32.store(running.get, firstLane(now)),
    forget(frame, x, now, t, p),
  ];
}

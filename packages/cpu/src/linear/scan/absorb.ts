import type { Code } from "../../assembler/code.ts";
import { defineFunction, fillZero, type Local, loopFrom, select, type WasmFunction } from "../../assembler/function.ts";
import { f32, i32 } from "../../assembler/instructions.ts";
import type { Engine } from "../../engine/engine.ts";
import { lowestScale } from "../constants.ts";
import { makeFrame, plus } from "../frame.ts";
import { tileProduct } from "../tile-product.ts";
import { type Chunk, largestScale, layPanels, scaleZ, searchZ } from "./columns.ts";
import { reachBytes, type ScanShape, type ScanWord, scanWords, stateBytes, zRow } from "./shape.ts";

/**
 * The sum Σⱼ Yⱼ Zⱼᵀ over one chunk of columns, of all heads of a group. A unit is a chunk of a group. On the way the
 * chunk's Y is laid out in panels, and Z is searched for NaN and ∞, where rows will need that.
 */
export function absorb(engine: Engine, shape: ScanShape): WasmFunction {
  const { x, yRow, chunk, reverse, scaled, causal } = shape;
  return defineFunction(
    "absorb",
    ["i32", "i32", "i32"],
    (scope, descriptor, unit, thread) => {
      const frame = makeFrame<ScanWord>(engine, scanWords, scope, descriptor!, thread!);
      const { field } = frame;
      const [group, slot, first, count, end, state, head, y, z, maximum] = Array.from({ length: 10 }, () =>
        scope.i32(),
      ) as [Local, Local, Local, Local, Local, Local, Local, Local, Local, Local];
      const chunkAt: Chunk = { frame, shape, first, count, y, z, head, maximum };
      const column = i32.add(i32.mul(head.get, field("columns")), first.get);
      const reach = plus(field("reach"), i32.divU(group.get, field("groups")), reachBytes);
      const eachHead = (body: Code) =>
        loopFrom(head, i32.mul(group.get, field("columnHeads")), end.get, 1, [
          y.set(plus(field("y"), column, 4 * yRow)),
          z.set(plus(field("z"), column, 4 * zRow(shape))),
          body,
        ]);
      return [
        frame.begin,
        group.set(i32.divU(unit!.get, field("chunks"))),
        slot.set(i32.remU(unit!.get, field("chunks"))),
        first.set(i32.mul(slot.get, i32.const(chunk))),
        slot.set(
          i32.add(
            i32.mul(group.get, i32.add(field("chunks"), i32.const(1))),
            i32.add(slot.get, i32.const(reverse ? 0 : 1)),
          ),
        ),
        count.set(i32.sub(i32.load(reach, 4), first.get)),
        count.set(select(i32.const(chunk), count.get, i32.gtS(count.get, i32.const(chunk)))),
        count.set(select(count.get, i32.const(0), i32.gtS(count.get, i32.const(0)))),
        state.set(plus(field("states"), slot.get, stateBytes(engine, shape))),
        fillZero(state.get, i32.const(stateBytes(engine, shape))),
        end.set(i32.mul(i32.add(group.get, i32.const(1)), field("columnHeads"))),
        scaled
          ? [
              maximum.set(plus(field("maxima"), slot.get, 4)),
              f32.store(maximum.get, f32.const(lowestScale)),
              eachHead(largestScale(chunkAt)),
            ]
          : [],
        eachHead([
          causal ? [layPanels(chunkAt), searchZ(chunkAt)] : [],
          scaled ? scaleZ(chunkAt) : [],
          tileProduct(frame, {
            rows: i32.const(x),
            columns: zRow(shape),
            count: count.get,
            left: y.get,
            leftRow: 4,
            leftStep: 4 * yRow,
            right: (columnBytes) => i32.add(z.get, columnBytes),
            rightStep: 4 * zRow(shape),
            target: state.get,
            targetRow: 4 * zRow(shape),
            adds: true,
          }),
        ]),
      ];
    },
    { exported: true },
  );
}

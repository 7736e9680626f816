import { defineFunction, type WasmFunction } from "../assembler/function.ts";
import { f32, v128 } from "../assembler/instructions.ts";
import type { Engine } from "../engine/engine.ts";
import { both, constant, makeFrame } from "./frame.ts";
import { mapRow } from "./row-map.ts";
import { eachRowOfUnit, type RowWord, rowWords } from "./rows-of-unit.ts";

export interface ExtendShape {
  readonly e: number;
  readonly targetRow: number;
}

/** Rows of e numbers, each followed by `number` and zeros up to a multiple of 8. */
export function extend(engine: Engine, { e, targetRow }: ExtendShape): WasmFunction {
  return defineFunction(
    "extend",
    ["i32", "i32", "i32"],
    (scope, descriptor, unit, thread) => {
      const frame = makeFrame<RowWord>(engine, rowWords, scope, descriptor!, thread!);
      return [
        frame.begin,
        eachRowOfUnit(
          frame,
          scope,
          unit!,
          { source: e, other: 0, third: 0, target: targetRow },
          ({ source, target }) => [
            mapRow(frame, {
              width: e,
              sources: [source],
              target,
              pads: true,
              compute: ([from], into) => both.map((i) => into[i].set(from![i].get)),
            }),
            e % 8 === 0 ? both.map((i) => v128.store(target.get, constant(frame, "zeros", i), 4 * e + 16 * i)) : [],
            f32.store(target.get, f32.reinterpretI32(frame.field("number")), 4 * e),
          ],
        ),
      ];
    },
    { exported: true },
  );
}

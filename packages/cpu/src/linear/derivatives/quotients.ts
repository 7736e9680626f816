import { defineFunction, type WasmFunction, when } from "../../assembler/function.ts";
import { f32, f32x4 } from "../../assembler/instructions.ts";
import type { Engine } from "../../engine/engine.ts";
import { both, constant, forget, makeFrame, splatLoad } from "../frame.ts";
import { mapRow } from "../row-map.ts";
import { eachRowOfUnit, type RowWord, rowWords } from "../rows-of-unit.ts";
import { padded } from "../widths.ts";

export interface QuotientShape {
  readonly e: number;
}

/**
 * The tangent of N/z, (dN − (N/z)·dz)/z, and 0 where z is 0. Sources are the part of dN, denominator included, that
 * comes from queries and keys, and rows of N followed by the part of dN that comes from values.
 */
export function quotients(engine: Engine, { e }: QuotientShape): WasmFunction {
  const row = padded(e + 1);
  return defineFunction(
    "quotients",
    ["i32", "i32", "i32"],
    (scope, descriptor, unit, thread) => {
      const frame = makeFrame<RowWord>(engine, rowWords, scope, descriptor!, thread!);
      const { factor } = frame.product;
      const slope = frame.product.loaded[0]!;
      return [
        frame.begin,
        eachRowOfUnit(
          frame,
          scope,
          unit!,
          { source: row, other: 2 * row, third: 2 * row, target: e },
          ({ source, other, third, target }) => [
            when(
              f32.ne(f32.load(other.get, 4 * e), f32.const(0)),
              [
                factor.set(f32x4.div(constant(frame, "one"), splatLoad(other.get, 4 * e))),
                slope.set(f32x4.mul(factor.get, splatLoad(source.get, 4 * e))),
                mapRow(frame, {
                  width: e,
                  sources: [source, other, third],
                  target,
                  pads: false,
                  compute: ([ofKernel, sum, ofValues], into) =>
                    both.map((i) =>
                      into[i].set(
                        f32x4.mul(
                          f32x4.sub(f32x4.add(ofKernel![i].get, ofValues![i].get), f32x4.mul(sum![i].get, slope.get)),
                          factor.get,
                        ),
                      ),
                    ),
                }),
              ],
              mapRow(frame, {
                width: e,
                sources: [],
                target,
                pads: false,
                compute: (_, into) => both.map((i) => into[i].set(constant(frame, "zeros", i))),
              }),
            ),
            forget(frame, factor, slope),
          ],
        ),
      ];
    },
    { exported: true },
  );
}

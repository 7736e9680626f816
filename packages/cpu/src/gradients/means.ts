import type { Code } from "../assembler/code.ts";
import { defineFunction, loopFrom, type WasmFunction, when } from "../assembler/function.ts";
import { f32, f32x4, i32, v128 } from "../assembler/instructions.ts";
import type { Engine } from "../engine/engine.ts";
import { word } from "../exact/layout.ts";
import { least } from "./blocks.ts";
import { type DerivativeWord, derivativeWordAt, factAt, factBytes } from "./layout.ts";

/** Rows in a unit of `means`. */
export const meanRows = 64;

/**
 * Adds D = dO·O to every row's mean (Dao 2023, algorithm 2, line 4); sets `careful` when dO holds NaN or ∞. A unit is a
 * few rows.
 */
export function means(engine: Engine, e: number): WasmFunction {
  return defineFunction(
    "means",
    ["i32", "i32", "i32"],
    (scope, descriptor, unit) => {
      const [row, at, output, gradient, fact] = [scope.i32(), scope.i32(), scope.i32(), scope.i32(), scope.i32()];
      const [sum, value, other, strange] = [scope.v128(), scope.v128(), scope.v128(), scope.v128()];
      const total = scope.f32();
      const load = (name: DerivativeWord) => i32.load(descriptor!.get, derivativeWordAt(name));
      const first = i32.mul(unit!.get, i32.const(meanRows));
      const end = least(i32.add(first, i32.const(meanRows)), load("factRows"));
      const start = (address: Code) => i32.add(address, i32.mul(row.get, i32.const(4 * e)));
      const note = strange.set(
        v128.or(strange.get, f32x4.ne(f32x4.sub(value.get, value.get), f32x4.splat(f32.const(0)))),
      );
      // What the output has from no key, its gradient does not reach, not even NaN.
      const reached = f32x4.ne(other.get, f32x4.splat(f32.const(0)));
      const next = (bytes: number) => [
        output.set(i32.add(output.get, i32.const(bytes))),
        gradient.set(i32.add(gradient.get, i32.const(bytes))),
      ];
      return [
        strange.set(f32x4.splat(f32.const(0))),
        loopFrom(row, first, end, 1, [
          output.set(start(i32.load(descriptor!.get, word.output))),
          gradient.set(start(load("outputGradient"))),
          fact.set(i32.add(load("facts"), i32.mul(row.get, i32.const(factBytes)))),
          sum.set(f32x4.splat(f32.const(0))),
          loopFrom(at, i32.const(0), i32.const(e & ~3), 4, [
            value.set(v128.load(gradient.get)),
            other.set(v128.load(output.get)),
            note,
            sum.set(engine.madd(v128.and(value.get, reached), other.get, sum.get)),
            next(16),
          ]),
          total.set(f32.load(fact.get, factAt.mean)),
          [0, 1, 2, 3].map((lane) => total.set(f32.add(total.get, f32x4.extractLane(sum.get, lane)))),
          Array.from({ length: e & 3 }, () => [
            value.set(v128.load32Splat(gradient.get)),
            other.set(v128.load32Splat(output.get)),
            note,
            value.set(f32x4.mul(v128.and(value.get, reached), other.get)),
            total.set(f32.add(total.get, f32x4.extractLane(value.get, 0))),
            next(4),
          ]),
          f32.store(fact.get, total.get, factAt.mean),
        ]),
        when(v128.anyTrue(strange.get), i32.store(descriptor!.get, i32.const(1), word.careful)),
      ];
    },
    { exported: true },
  );
}

import type { Code } from "../assembler/code.ts";
import type { WasmFunction } from "../assembler/function.ts";
import { f32, f32x4, i32, i32x4, v128 } from "../assembler/instructions.ts";
import { overSpan } from "./span.ts";

/** bfloat16 to float32: the upper half of its bits. Exact. */
export function widenBfloat16(): WasmFunction {
  return overSpan("widen", { from: 2, to: 4 }, (_, from, to) =>
    [0, 1].map((half) => v128.store(to.get, i32x4.shl(v128.load16x4U(from.get, 8 * half), i32.const(16)), 16 * half)),
  );
}

/**
 * float16 to float32. Exact: shifted into place, the exponent is 112 too small, for subnormal numbers too, and a product
 * with 2¹¹² sets it right. What was ∞ or NaN comes out from 2¹⁶ on, and gets float32's exponent for them.
 */
export function widenFloat16(): WasmFunction {
  return overSpan("widen", { from: 2, to: 4 }, (scope, from, to) => {
    const [bits, magnitude] = [scope.v128(), scope.v128()];
    const splat = (value: number): Code => i32x4.splat(i32.const(value));
    return [0, 1].map((half) => [
      bits.set(v128.load16x4U(from.get, 8 * half)),
      magnitude.set(i32x4.shl(v128.and(bits.get, splat(0x7fff)), i32.const(13))),
      magnitude.set(f32x4.mul(magnitude.get, f32x4.splat(f32.const(2 ** 112)))),
      magnitude.set(
        v128.or(
          magnitude.get,
          v128.andnot(splat(0x7f800000), f32x4.lt(magnitude.get, f32x4.splat(f32.const(2 ** 16)))),
        ),
      ),
      v128.store(
        to.get,
        v128.or(magnitude.get, i32x4.shl(v128.and(bits.get, splat(0x8000)), i32.const(16))),
        16 * half,
      ),
    ]);
  });
}

import type { Code } from "../assembler/code.ts";
import type { Local, Scope, WasmFunction } from "../assembler/function.ts";
import { f32, f32x4, i16x8, i32, i32x4, v128 } from "../assembler/instructions.ts";
import { overSpan } from "./span.ts";

const splat = (value: number): Code => i32x4.splat(i32.const(value));

/** 8 float32 become 16 bits each, by `bitsOf` four at a time. */
function narrow(bitsOf: (scope: Scope) => (value: Local) => Code): WasmFunction {
  return overSpan("narrow", { from: 4, to: 2 }, (scope, from, to) => {
    const [low, high] = [scope.v128(), scope.v128()];
    const convert = bitsOf(scope);
    return [
      [low, high].map((value, half) => [value.set(v128.load(from.get, 16 * half)), value.set(convert(value))]),
      v128.store(to.get, i16x8.narrowI32x4U(low.get, high.get)),
    ];
  });
}

/** Half of what is cut off, less 1 where what stays is even: added before the cut, it rounds to nearest, ties to even. */
function roundedShift(bits: Code, sameBits: Code, by: number): Code {
  const odd = v128.and(i32x4.shrU(sameBits, i32.const(by)), splat(1));
  return i32x4.shrU(i32x4.add(i32x4.add(bits, splat(2 ** (by - 1) - 1)), odd), i32.const(by));
}

/** float32 to the nearest bfloat16, ties to even; beyond the largest it is ∞. NaN is 0x7fc0. */
export function narrowBfloat16(): WasmFunction {
  return narrow(
    () => (value) =>
      v128.bitselect(splat(0x7fc0), roundedShift(value.get, value.get, 16), f32x4.ne(value.get, value.get)),
  );
}

/** Bits of 2⁻¹⁴, the least normal float16, and of 2¹⁶ − 2⁴, from which on it is ∞. */
const leastNormal = 0x38800000;
const leastInfinite = 0x477ff000;

/**
 * float32 to the nearest float16, ties to even; beyond the largest it is ∞. NaN is 0x7e00. Normal numbers are rounded
 * with their exponent lowered by 112; subnormal ones by the addition of ½, whose last place is that of theirs.
 */
export function narrowFloat16(): WasmFunction {
  return narrow((scope) => {
    const [magnitude, bits] = [scope.v128(), scope.v128()];
    return (value) => [
      magnitude.set(v128.and(value.get, splat(0x7fffffff))),
      bits.set(roundedShift(i32x4.sub(magnitude.get, splat(112 << 23)), magnitude.get, 13)),
      bits.set(
        v128.bitselect(
          i32x4.sub(f32x4.add(magnitude.get, f32x4.splat(f32.const(0.5))), f32x4.splat(f32.const(0.5))),
          bits.get,
          i32x4.gtS(splat(leastNormal), magnitude.get),
        ),
      ),
      bits.set(v128.bitselect(splat(0x7c00), bits.get, i32x4.gtS(magnitude.get, splat(leastInfinite - 1)))),
      bits.set(v128.or(bits.get, v128.and(i32x4.shrU(value.get, i32.const(16)), splat(0x8000)))),
      v128.bitselect(splat(0x7e00), bits.get, f32x4.ne(value.get, value.get)),
    ];
  });
}

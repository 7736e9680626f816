import type { Code } from "../assembler/code.ts";
import type { Local } from "../assembler/function.ts";
import { f32x4, i32, i32x4 } from "../assembler/instructions.ts";
import type { Engine } from "../engine/engine.ts";

/**
 * Coefficients of 2^f on [−½, ½], constant first and fixed at 1; the others are minimax in relative error, 9.1·10⁻⁸ in
 * exact arithmetic and 1.7·10⁻⁷ with float32 steps.
 */
const coefficients = [
  1, 0.6931470036506653, 0.24022242426872253, 0.05550733953714371, 0.009671512991189957, 0.0013264714507386088,
];

/** 1.5·2²³ + 127: adding it rounds to an integer and leaves that integer, biased as an exponent, in the low bits. */
const rounder = 12582912 + 127;

/** The constants of `exp2` in the order in which it takes them: rounder, least exponent, coefficients. */
export const exp2Constants: readonly number[] = [rounder, -127, ...coefficients];

export interface Exp2Locals {
  readonly x: Local;
  readonly t: Local;
  readonly p: Local;
}

/**
 * 2^x in four lanes, from `x` into `p`: relative error below 1.9·10⁻⁷ for −126 ≤ x ≤ 127, exactly 0 from −127 down
 * (−∞ too), NaN for NaN. `x` and `t` are changed.
 */
export function exp2(engine: Engine, constants: readonly Code[], { x, t, p }: Exp2Locals): Code {
  const [round, least, one, ...rest] = constants as [Code, Code, Code, ...Code[]];
  return [
    x.set(f32x4.pmax(x.get, least)),
    t.set(f32x4.add(x.get, round)),
    x.set(f32x4.sub(x.get, f32x4.sub(t.get, round))),
    horner(engine, rest, x, p),
    p.set(engine.madd(p.get, x.get, one)),
    p.set(f32x4.mul(p.get, i32x4.shl(t.get, i32.const(23)))),
  ];
}

/**
 * 2^x − 1 in four lanes, from `x` into `p`, without cancellation near 0: relative error below 9·10⁻⁷ for −126 ≤ x ≤ 126;
 * NaN for NaN. `x` and `t` are changed.
 */
export function exp2MinusOne(engine: Engine, constants: readonly Code[], { x, t, p }: Exp2Locals): Code {
  const [round, , one, ...rest] = constants as [Code, Code, Code, ...Code[]];
  return [
    t.set(f32x4.add(x.get, round)),
    x.set(f32x4.sub(x.get, f32x4.sub(t.get, round))),
    horner(engine, rest, x, p),
    p.set(f32x4.mul(p.get, x.get)),
    t.set(i32x4.shl(t.get, i32.const(23))),
    p.set(engine.madd(p.get, t.get, f32x4.sub(t.get, one))),
  ];
}

/** c₁ + c₂·x + c₃·x² + … into `p`. */
function horner(engine: Engine, terms: readonly Code[], x: Local, p: Local): Code {
  const [highest, ...lower] = [...terms].reverse() as [Code, ...Code[]];
  return [p.set(highest), lower.map((term) => p.set(engine.madd(p.get, x.get, term)))];
}

import type { Code } from "../../../assembler/code.ts";
import type { Local } from "../../../assembler/function.ts";
import { f32x4, v128 } from "../../../assembler/instructions.ts";
import { constantAt, sineTerms } from "../../constants.ts";
import { constant, type Frame } from "../../frame.ts";

/** Turns, not radians: what is left of `turn` after rounding to whole ones, in [−½, ½], exactly. `whole` is changed. */
export function reduceTurn(frame: Frame<string>, turn: Local, whole: Local, half = 0): Code {
  const rounder = constant(frame, "rounder", half);
  return [whole.set(f32x4.sub(f32x4.add(turn.get, rounder), rounder)), turn.set(f32x4.sub(turn.get, whole.get))];
}

/** sin(2πx) of a reduced turn, into `into`; `folded` is changed. */
export function sineOf(frame: Frame<string>, turn: Local, folded: Local, into: Local, half = 0): Code {
  const magnitude = f32x4.abs(turn.get);
  return [
    // |x| beyond a quarter turn has the sine of what is missing to a half.
    folded.set(f32x4.pmin(f32x4.sub(constant(frame, "half", half), magnitude), magnitude)),
    folded.set(v128.or(folded.get, v128.and(turn.get, constant(frame, "signs", half)))),
    quarterSine(frame, folded, into, half),
  ];
}

/** cos(2πx) of a reduced turn, into `into`; `folded` is changed. */
export function cosineOf(frame: Frame<string>, turn: Local, folded: Local, into: Local, half = 0): Code {
  return [
    folded.set(f32x4.sub(constant(frame, "quarter", half), f32x4.abs(turn.get))),
    quarterSine(frame, folded, into, half),
  ];
}

/** sin(2πx) for |x| ≤ ¼. */
function quarterSine(frame: Frame<string>, x: Local, into: Local, half: number): Code {
  const terms = Array.from({ length: sineTerms }, (_, index) =>
    v128.load(frame.constants.get, constantAt.sine + 32 * index + 16 * half),
  ).reverse();
  const [highest, ...lower] = terms as [Code, ...Code[]];
  const square = f32x4.mul(x.get, x.get);
  return [
    into.set(highest),
    lower.map((term) => into.set(frame.engine.madd(into.get, square, term))),
    into.set(f32x4.mul(into.get, x.get)),
  ];
}

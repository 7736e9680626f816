import type { Code } from "../assembler/code.ts";
import type { Local } from "../assembler/function.ts";
import { f32x4, i32, i32x4, v128 } from "../assembler/instructions.ts";

/** The rank of −∞. No candidate has it. */
export const lowestRank = 0x807fffff | 0;

/** The rank of NaN. */
const highestRank = 0x7fffffff;

/**
 * Scores become integers that are ordered as scores are: the bits of a float, those below the sign turned over where it
 * is negative. Both zeros are equal, and NaN is largest, so that it shows in the result.
 */
export function ranksOf(score: Local, zero: Code): Code {
  return [
    score.set(f32x4.add(score.get, zero)),
    score.set(v128.bitselect(i32x4.splat(i32.const(highestRank)), turned(score), f32x4.ne(score.get, score.get))),
  ];
}

/** The scores of ranks, NaN for the highest. */
export function scoresOf(rank: Local): Code {
  return rank.set(turned(rank));
}

/** Bits below the sign turned over where the sign is set: its own inverse. */
function turned(value: Local): Code {
  return v128.xor(value.get, i32x4.shrU(i32x4.shrS(value.get, i32.const(31)), i32.const(1)));
}

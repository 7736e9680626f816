import type { Code } from "../assembler/code.ts";
import { type Local, loopFrom } from "../assembler/function.ts";
import { f32, i32, i32x4, v128 } from "../assembler/instructions.ts";
import { constantAt } from "./constants.ts";
import { both, type Frame, forget, type LocalPair } from "./frame.ts";

/** Bytes at the start of a thread's scratch memory that `mapRow` uses. */
export const rowMapScratch = 4 * 32;

export interface RowMap {
  readonly width: number;
  /** Addresses of the rows that are read, at most three, and of the one that is written. */
  readonly sources: readonly Local[];
  readonly target: Local;
  /** The target has room up to a multiple of 8, and gets zeros there. */
  readonly pads: boolean;
  /** Works out 8 numbers, in `into`, from as many of each source. */
  compute(from: readonly LocalPair[], into: LocalPair): Code;
}

/** Computes a row element by element, in eights; the last ones go through scratch memory when they are fewer. */
export function mapRow(frame: Frame<string>, { width, sources, target, pads, compute }: RowMap): Code {
  const { column } = frame.tile;
  const into = frame.pairs[0];
  const from = sources.map((_, index) => frame.pairs[1 + index]!);
  const whole = 4 * (width & ~7);
  const rest = width & 7;
  const singles = (copy: (offset: number) => Code) => Array.from({ length: rest }, (_, lane) => copy(4 * lane));
  return [
    loopFrom(column, i32.const(0), i32.const(whole), 32, [
      sources.map((source, s) => both.map((i) => from[s]![i].set(v128.load(i32.add(source.get, column.get), 16 * i)))),
      compute(from, into),
      storePair(i32.add(target.get, column.get), 0),
    ]),
    rest === 0
      ? []
      : [
          sources.map((source, s) =>
            singles((offset) => f32.store(frame.scratch.get, f32.load(source.get, whole + offset), 32 * s + offset)),
          ),
          sources.map((_, s) => both.map((i) => from[s]![i].set(v128.load(frame.scratch.get, 32 * s + 16 * i)))),
          compute(from, into),
          pads ? [both.map((i) => into[i].set(v128.and(into[i].get, laneBelow(i)))), storePair(target.get, whole)] : [],
          pads
            ? []
            : [
                storePair(frame.scratch.get, 96),
                singles((offset) => f32.store(target.get, f32.load(frame.scratch.get, 96 + offset), whole + offset)),
              ],
        ],
    forget(frame, into, ...from),
  ];

  function storePair(address: Code, offset: number): Code {
    return both.map((i) => v128.store(address, into[i].get, offset + 16 * i));
  }

  function laneBelow(half: number): Code {
    return i32x4.gtS(i32x4.splat(i32.const(rest)), v128.load(frame.constants.get, constantAt.indices + 16 * half));
  }
}

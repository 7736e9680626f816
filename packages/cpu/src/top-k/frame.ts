import type { Code } from "../assembler/code.ts";
import type { Local, Scope } from "../assembler/function.ts";
import { i32 } from "../assembler/instructions.ts";
import type { Engine } from "../engine/engine.ts";
import { type Frame, inScratch, makeFrame } from "../exact/frame.ts";
import type { ExactShape } from "../exact/layout.ts";
import { type TopKScratch, type TopKWord, topKScratch, topKWord } from "./layout.ts";

/** What the pieces of a top-k kernel share, beside what they take over from exact attention. */
export interface TopKFrame {
  readonly exact: Frame;
  readonly places: TopKScratch;
  /** Addresses of the candidates of the row in hand, and how many there are. */
  readonly ranks: Local;
  readonly keys: Local;
  readonly candidates: Local;
  readonly threshold: Local;
  /** Lanes of 8 scores that are candidates, as bits, and the one in hand. */
  readonly lanes: Local;
  readonly lane: Local;
  /** Never written. */
  readonly none: Local;
  readonly columnSums: readonly Local[];
  readonly singleSums: readonly Local[];
}

/** Vectors of a value that are summed at a time: few enough for registers, enough to hide a multiply-add's latency. */
export const columnVectors = 8;

export function makeTopKFrame(engine: Engine, shape: ExactShape, scope: Scope, descriptor: Local): TopKFrame {
  return {
    exact: makeFrame(engine, shape, scope, descriptor),
    places: topKScratch(engine, shape),
    ranks: scope.i32(),
    keys: scope.i32(),
    candidates: scope.i32(),
    threshold: scope.v128(),
    lanes: scope.i32(),
    lane: scope.i32(),
    none: scope.i32(),
    columnSums: Array.from({ length: columnVectors }, () => scope.v128()),
    singleSums: Array.from({ length: shape.e % 4 }, () => scope.f32()),
  };
}

export function topKField({ exact }: TopKFrame, name: TopKWord): Code {
  return i32.load(exact.descriptor.get, topKWord[name]);
}

/** Finds the candidates of row `at.row`. */
export function openRow(frame: TopKFrame): Code {
  const { exact, places, ranks, keys, candidates } = frame;
  const { at, scratch } = exact;
  const capacity = topKField(frame, "capacity");
  const first = i32.add(scratch.get, i32.const(places.candidates));
  return [
    candidates.set(i32.load(inScratch(exact, at.row.get, 4), places.counts)),
    ranks.set(i32.add(first, i32.mul(at.row.get, i32.shl(capacity, i32.const(3))))),
    keys.set(i32.add(ranks.get, i32.shl(capacity, i32.const(2)))),
  ];
}

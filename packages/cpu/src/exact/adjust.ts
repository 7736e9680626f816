import type { Code } from "../assembler/code.ts";
import { type Local, loopFrom, when } from "../assembler/function.ts";
import { f32x4, i32, i32x4, v128 } from "../assembler/instructions.ts";
import { exp2MinusOne } from "./exp2.ts";
import { constant, exp2ConstantsFrom, type Frame, field, forget, inScratch } from "./frame.ts";
import { constantAt, type Stage, stageAt } from "./layout.ts";

/** Modifiers, bias and mask, in this order, on the block's scores. */
export function adjust(frame: Frame): Code {
  const { shape, bits } = frame;
  const stages = shape.stages.length > 0 ? everyScore(frame, (row) => stagesOn(frame, row)) : [];
  const mask = shape.masked
    ? when(
        bits.get,
        everyScore(frame, () => maskOn(frame)),
      )
    : [];
  return [stages, mask];
}

export interface RowPart {
  /** Statements at the start of a row. */
  readonly prepare: Code;
  /** Statements on the scores in `pair[0]`. */
  readonly change: Code;
  /** Statements after 8 keys. */
  readonly advance: Code;
  /** Statements at the end of a row, when `a` is beyond its scores. */
  readonly close?: Code;
}

/** Rows one by one, 8 keys at a time; `a` runs over the addresses of the scores. */
export function everyScore(frame: Frame, part: (row: Code) => RowPart): Code {
  const { at, rows, layout, padded, pair } = frame;
  const score = pair[0]!;
  const both = [0, 1] as const;
  const { prepare, change, advance, close } = part(i32.add(frame.firstRow.get, at.row.get));
  return loopFrom(at.row, i32.const(0), rows.get, 1, [
    prepare,
    at.a.set(inScratch(frame, at.row.get, frame.scoreRow)),
    at.b.set(i32.add(at.a.get, i32.shl(padded.get, i32.const(2)))),
    loopFrom(at.a, at.a.get, at.b.get, 32, [
      both.map((i) => score[i].set(v128.load(at.a.get, layout.scores + 16 * i))),
      change,
      both.map((i) => v128.store(at.a.get, score[i].get, layout.scores + 16 * i)),
      advance,
      forget(frame, score),
    ]),
    close ?? [],
  ]);
}

/** A bit for each of 8 keys in a byte: −∞ where it is 0. Rows of bits lie ⌈count / 8⌉ bytes apart unless told. */
export function maskOn(frame: Frame, rowBytes: Code = i32.shrU(frame.padded.get, i32.const(3))): RowPart {
  const { at, bits, pair } = frame;
  const both = [0, 1] as const;
  const score = pair[0]!;
  const allowed = pair[1]!;
  return {
    prepare: at.c.set(i32.add(bits.get, i32.mul(at.row.get, rowBytes))),
    change: [
      both.map((i) => allowed[i].set(i32x4.splat(i32.load8U(at.c.get)))),
      both.map((i) => {
        const lanes = constant(frame, constantAt.bits, i);
        const none = constant(frame, constantAt.minusInfinity, i);
        const yes = i32x4.eq(v128.and(allowed[i].get, lanes), lanes);
        return score[i].set(v128.bitselect(score[i].get, none, yes));
      }),
      forget(frame, allowed),
    ],
    advance: at.c.set(i32.add(at.c.get, i32.const(1))),
  };
}

function stagesOn(frame: Frame, row: Code): RowPart {
  const { shape, at } = frame;
  // `c` counts bytes of keys from the block's first; addresses of the stages start at that key.
  const parts = shape.stages.map((stage, index) => stageOn(frame, stage, index, row));
  return {
    prepare: [at.c.set(i32.const(0)), parts.map(({ prepare }) => prepare)],
    change: parts.map(({ change }) => change),
    advance: at.c.set(i32.add(at.c.get, i32.const(32))),
    close: shape.stages.includes("softcap") && !shape.fewQueries ? padAgain(frame) : [],
  };
}

/** A soft cap makes the −∞ of keys that pad the last panel finite: puts it back. */
export function padAgain(frame: Frame): Code {
  const { at, key, count, padded, constants, panel, layout, product } = frame;
  const chunk = i32.sub(i32.add(key.get, padded.get), i32.const(8));
  const place = i32.shl(i32.and(chunk, i32.const(panel - 1)), i32.const(2));
  const score = product.factor;
  return when(i32.eq(i32.add(key.get, count.get), field(frame, "m")), [
    at.b.set(i32.add(constants.get, place)),
    [0, 1].map((half) => [
      score.set(v128.load(at.a.get, layout.scores + 16 * half - 32)),
      score.set(f32x4.add(score.get, v128.load(at.b.get, constantAt.lastPanel + 16 * half))),
      v128.store(at.a.get, score.get, layout.scores + 16 * half - 32),
    ]),
  ]);
}

export function stageOn(frame: Frame, stage: Stage, index: number, row: Code): { prepare: Code; change: Code } {
  const { pair, engine } = frame;
  const both = [0, 1] as const;
  const score = pair[0]!;
  const start = frame.stageAddress[index]!;
  const here = (i: number) => v128.load(i32.add(start.get, frame.at.c.get), 16 * i);
  switch (stage) {
    case "relative":
      return {
        prepare: start.set(stageRow(frame, index, row)),
        change: both.map((i) => score[i].set(f32x4.add(score[i].get, here(i)))),
      };
    case "bias": {
      const bias = pair[1]!;
      const none = (i: number) => constant(frame, constantAt.minusInfinity, i);
      return {
        prepare: start.set(stageRow(frame, index, row)),
        change: [
          both.map((i) => bias[i].set(here(i))),
          both.map((i) =>
            score[i].set(
              v128.bitselect(
                none(i),
                engine.madd(bias[i].get, constant(frame, constantAt.log2e, i), score[i].get),
                f32x4.eq(bias[i].get, none(i)),
              ),
            ),
          ),
          forget(frame, bias),
        ],
      };
    }
    case "softcap":
      return { prepare: [], change: both.map((i) => softcap(frame, index, i, score[i])) };
  }
}

/** Address of the stage's numbers for a row, at the block's first key. */
export function stageRow(frame: Frame, index: number, row: Code): Code {
  const { descriptor, group, key } = frame;
  const parameter = (at: number) => i32.load(descriptor.get, stageAt(index) + 4 * at);
  const batch = i32.divU(group.get, field(frame, "keyHeads"));
  const keyHead = i32.remU(group.get, field(frame, "keyHeads"));
  const head = i32.add(i32.mul(keyHead, field(frame, "groupHeads")), i32.divU(row, field(frame, "queries")));
  const query = i32.remU(row, field(frame, "queries"));
  return [
    parameter(0),
    [
      i32.mul(batch, parameter(1)),
      i32.mul(head, parameter(2)),
      i32.mul(query, parameter(3)),
      i32.shl(key.get, i32.const(2)),
    ].map((offset) => [offset, addToStack]),
  ];
}

const addToStack: Code = 0x6a;

/** cap·tanh(x / cap) in base 2, by tanh(y) = t / (t + 2) with t = e^2y − 1. */
function softcap(frame: Frame, index: number, half: 0 | 1, score: Local): Code {
  const { engine, pair, descriptor } = frame;
  const [x, t, p] = [pair[1]![half], pair[2]![half], pair[3]![half]];
  const factor = (at: number) => v128.load32Splat(descriptor.get, stageAt(index) + 4 * at);
  return [
    x.set(f32x4.mul(score.get, factor(0))),
    x.set(
      f32x4.pmin(
        f32x4.pmax(x.get, constant(frame, constantAt.tanhLow, half)),
        constant(frame, constantAt.tanhHigh, half),
      ),
    ),
    exp2MinusOne(engine, exp2ConstantsFrom(frame, half), { x, t, p }),
    p.set(f32x4.div(p.get, f32x4.add(p.get, constant(frame, constantAt.two, half)))),
    score.set(f32x4.mul(p.get, factor(1))),
    forget(frame, x, t, p),
  ];
}

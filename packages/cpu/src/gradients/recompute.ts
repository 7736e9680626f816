import type { Code } from "../assembler/code.ts";
import { type Local, when } from "../assembler/function.ts";
import { f32x4, i32, v128 } from "../assembler/instructions.ts";
import { everyScore, maskOn, padAgain, stageOn } from "../exact/adjust.ts";
import { exp2 } from "../exact/exp2.ts";
import { constant, exp2ConstantsFrom, forget } from "../exact/frame.ts";
import { constantAt, stageAt } from "../exact/layout.ts";
import { scores } from "../exact/scores.ts";
import type { DerivativeFrame } from "./layout.ts";

type Pair = readonly [Local, Local];

/** The block's logits again, in base 2, and the derivative of the modifiers at each of them. */
export function logits(frame: DerivativeFrame): Code {
  const { shape, bits, bitsRow } = frame;
  const firstCap = shape.stages.indexOf("softcap");
  return [
    scores(frame),
    shape.stages.map((stage, index) => [
      stage === "softcap" ? slopesOfCap(frame, index, index === firstCap) : [],
      oneStage(frame, index),
    ]),
    shape.masked
      ? when(
          bits.get,
          everyScore(frame, () => maskOn(frame, bitsRow.get)),
        )
      : [],
  ];
}

/** Products of other rows with other packed keys, of some width, to some place in scratch memory. */
export function productOf(frame: DerivativeFrame, rows: Local, keys: Local, width: number, to: number): Code {
  return scores({
    ...frame,
    shape: { ...frame.shape, d: width },
    query: rows,
    keys,
    layout: { ...frame.layout, scores: to },
  });
}

function oneStage(frame: DerivativeFrame, index: number): Code {
  const { at, shape } = frame;
  const stage = shape.stages[index]!;
  return everyScore(frame, (row) => {
    const { prepare, change } = stageOn(frame, stage, index, row);
    return {
      prepare: [at.c.set(i32.const(0)), prepare],
      change,
      advance: at.c.set(i32.add(at.c.get, i32.const(32))),
      close: stage === "softcap" ? padAgain(frame) : [],
    };
  });
}

/**
 * The derivative of cap·tanh(x / cap) at the scores, 4w / (1 + w)² with w = e^(−2|x / cap|), which does not cancel where
 * the tangent is nearly ±1; times what is there of earlier caps.
 */
function slopesOfCap(frame: DerivativeFrame, index: number, first: boolean): Code {
  const { engine, pair, at, layout, descriptor } = frame;
  const [w, x, t, p, before] = pair as [Pair, Pair, Pair, Pair, Pair];
  const both = [0, 1] as const;
  const factor = v128.load32Splat(descriptor.get, stageAt(index));
  const one = (half: number) => exp2ConstantsFrom(frame, half)[2]!;
  const two = (half: number) => constant(frame, constantAt.two, half);
  const store = both.map((i) => v128.store(at.a.get, p[i].get, layout.slopes + 16 * i));
  return everyScore(frame, () => ({
    prepare: [],
    change: [
      both.map((i) => [
        x[i].set(f32x4.neg(f32x4.abs(f32x4.mul(w[i].get, factor)))),
        first ? [] : before[i].set(v128.load(at.a.get, layout.slopes + 16 * i)),
      ]),
      both.map((i) => exp2(engine, exp2ConstantsFrom(frame, i), { x: x[i], t: t[i], p: p[i] })),
      both.map((i) => [
        t[i].set(f32x4.add(p[i].get, one(i))),
        p[i].set(f32x4.div(f32x4.mul(f32x4.mul(p[i].get, two(i)), two(i)), f32x4.mul(t[i].get, t[i].get))),
        first ? [] : p[i].set(f32x4.mul(p[i].get, before[i].get)),
      ]),
      store,
      forget(frame, x, t, p, before),
    ],
    advance: [],
  }));
}

import type { Code } from "../assembler/code.ts";
import { type Local, loopFrom } from "../assembler/function.ts";
import { f32x4, i32, v128 } from "../assembler/instructions.ts";
import { stageRow } from "../exact/adjust.ts";
import { exp2 } from "../exact/exp2.ts";
import { constant, exp2ConstantsFrom, forget, inScratch } from "../exact/frame.ts";
import { constantAt } from "../exact/layout.ts";
import { type DerivativeFrame, derivativeField, factAt, factBytes } from "./layout.ts";

type Pair = readonly [Local, Local];

const both = [0, 1] as const;

/**
 * Scores become weights p, and gradients dP by them become gradients by the products of queries and keys,
 * p·(dP − D)·s with s the modifiers' derivative. Both are 0 where p is, whatever is behind it.
 */
export function pullWeights(frame: DerivativeFrame): Code {
  const { derivative, layout, at, pair } = frame;
  const [x, t, p, maximum, factor, mean] = pair as [Pair, Pair, Pair, Pair, Pair, Pair];
  const slopes = derivative.stages.includes("softcap");
  const bias = derivative.bias;
  return eachRow(
    frame,
    [both.map((i) => mean[i].set(v128.load32Splat(at.b.get, factAt.mean))), bias ? biasRow(frame) : []],
    [
      weightsOf(frame, x, t, p, maximum, factor),
      both.map((i) => x[i].set(f32x4.sub(v128.load(at.a.get, layout.gradients + 16 * i), mean[i].get))),
      both.map((i) => x[i].set(v128.and(f32x4.mul(x[i].get, p[i].get), t[i].get))),
      both.map((i) => v128.store(at.a.get, p[i].get, layout.scores + 16 * i)),
      bias
        ? [
            both.map((i) => p[i].set(f32x4.add(v128.load(at.c.get, 16 * i), x[i].get))),
            both.map((i) => v128.store(at.c.get, p[i].get, 16 * i)),
            at.c.set(i32.add(at.c.get, i32.const(32))),
          ]
        : [],
      slopes
        ? both.map((i) =>
            x[i].set(v128.and(f32x4.mul(x[i].get, v128.load(at.a.get, layout.slopes + 16 * i)), t[i].get)),
          )
        : [],
      both.map((i) => v128.store(at.a.get, x[i].get, layout.gradients + 16 * i)),
      forget(frame, x, t, p),
    ],
    [],
    [maximum, factor, mean],
  );
}

/**
 * Scores become weights p, and tangents of products of queries and keys (two parts, in base 2) become p·dx, with each
 * row's sum of them added to its pair.
 */
export function pushWeights(frame: DerivativeFrame): Code {
  const { derivative, layout, at, pair } = frame;
  const [x, t, p, maximum, factor, sum] = pair as [Pair, Pair, Pair, Pair, Pair, Pair];
  const slopes = derivative.stages.includes("softcap");
  const pairs = inScratch(frame, at.row.get, 32);
  const log2e = (i: number) => constant(frame, constantAt.log2e, i);
  return eachRow(
    frame,
    [
      at.column.set(pairs),
      both.map((i) => sum[i].set(v128.load(at.column.get, layout.pairs + 16 * i))),
      derivative.bias ? biasRow(frame) : [],
    ],
    [
      weightsOf(frame, x, t, p, maximum, factor),
      both.map((i) =>
        x[i].set(
          f32x4.add(v128.load(at.a.get, layout.gradients + 16 * i), v128.load(at.a.get, layout.tangents + 16 * i)),
        ),
      ),
      both.map((i) => x[i].set(f32x4.div(x[i].get, log2e(i)))),
      slopes ? both.map((i) => x[i].set(f32x4.mul(x[i].get, v128.load(at.a.get, layout.slopes + 16 * i)))) : [],
      derivative.bias
        ? [
            both.map((i) => x[i].set(f32x4.add(x[i].get, v128.load(at.c.get, 16 * i)))),
            at.c.set(i32.add(at.c.get, i32.const(32))),
          ]
        : [],
      both.map((i) => x[i].set(v128.and(f32x4.mul(x[i].get, p[i].get), t[i].get))),
      both.map((i) => v128.store(at.a.get, p[i].get, layout.scores + 16 * i)),
      both.map((i) => v128.store(at.a.get, x[i].get, layout.gradients + 16 * i)),
      both.map((i) => sum[i].set(f32x4.add(sum[i].get, x[i].get))),
      forget(frame, x, t, p),
    ],
    [at.column.set(pairs), both.map((i) => v128.store(at.column.get, sum[i].get, layout.pairs + 16 * i))],
    [maximum, factor, sum],
  );
}

/** p = 2^(x − maximum)·factor into `p`, and all ones into `t` where it is not 0. */
function weightsOf(frame: DerivativeFrame, x: Pair, t: Pair, p: Pair, maximum: Pair, factor: Pair): Code {
  const { engine, at, layout } = frame;
  return [
    both.map((i) => x[i].set(f32x4.sub(v128.load(at.a.get, layout.scores + 16 * i), maximum[i].get))),
    both.map((i) => exp2(engine, exp2ConstantsFrom(frame, i), { x: x[i], t: t[i], p: p[i] })),
    both.map((i) => t[i].set(f32x4.ne(p[i].get, constant(frame, constantAt.zeros, i)))),
    both.map((i) => p[i].set(v128.and(f32x4.mul(p[i].get, factor[i].get), t[i].get))),
  ];
}

/** Rows one by one, 8 keys at a time; `a` runs over the addresses of the scores, `b` holds the row's facts at first. */
function eachRow(frame: DerivativeFrame, prepare: Code, change: Code, close: Code, held: readonly Pair[]): Code {
  const { at, rows, facts, padded, scoreRow, pair } = frame;
  const [maximum, factor] = [pair[3]!, pair[4]!];
  return loopFrom(at.row, i32.const(0), rows.get, 1, [
    at.b.set(i32.add(facts.get, i32.mul(at.row.get, i32.const(factBytes)))),
    both.map((i) => maximum[i].set(v128.load32Splat(at.b.get, factAt.maximum))),
    both.map((i) => factor[i].set(v128.load32Splat(at.b.get, factAt.factor))),
    prepare,
    at.a.set(inScratch(frame, at.row.get, scoreRow)),
    at.b.set(i32.add(at.a.get, i32.shl(padded.get, i32.const(2)))),
    loopFrom(at.a, at.a.get, at.b.get, 32, change),
    close,
    forget(frame, ...held.flat()),
  ]);
}

/** `c` becomes the address of the gradient, or tangent, of the row's bias at the block's first key. */
function biasRow(frame: DerivativeFrame): Code {
  const { at, firstRow, shape } = frame;
  const row = i32.add(firstRow.get, at.row.get);
  return at.c.set(i32.add(stageRow(frame, shape.stages.indexOf("bias"), row), derivativeField(frame, "biasShift")));
}

import type { Code } from "../assembler/code.ts";
import { type Local, loopFrom, select } from "../assembler/function.ts";
import { f32, f32x4, i32, shuffle32, v128 } from "../assembler/instructions.ts";
import { exp2 } from "../exact/exp2.ts";
import { constant, exp2ConstantsFrom, field, forget, inScratch } from "../exact/frame.ts";
import { constantAt } from "../exact/layout.ts";
import { type TopKFrame, topKField } from "./frame.ts";
import { scoresOf } from "./rank.ts";
import { padRanks } from "./select.ts";

/**
 * The ranks of the row's candidates become exp2(score − maximum), with the sink of the head among them. Leaves the
 * row's maximum, its sum and one over that, 0 for a row that has nothing.
 */
export function weighCandidates(frame: TopKFrame): Code {
  const { exact, ranks, candidates } = frame;
  const { engine, at, layout, vector, pair } = exact;
  const [maximum, safe, sum] = vector as [Local, Local, Local];
  const [x, t, p] = pair.map(([first]) => first) as [Local, Local, Local];
  const row = inScratch(exact, at.row.get, 4);
  const zero = exact.product.zero;
  const power = exp2(engine, exp2ConstantsFrom(exact), { x, t, p });
  const one = exp2ConstantsFrom(exact)[2]!;
  return [
    padRanks(ranks, candidates, at.a, at.b),
    maximum.set(v128.load32Splat(row, layout.maximum)),
    loopFrom(at.a, ranks.get, at.b.get, 16, [
      x.set(v128.load(at.a.get)),
      scoresOf(x),
      v128.store(at.a.get, x.get),
      maximum.set(f32x4.pmax(maximum.get, x.get)),
    ]),
    maximum.set(acrossLanes(maximum, f32x4.pmax, safe)),
    safe.set(v128.bitselect(zero.get, maximum.get, f32x4.eq(maximum.get, constant(exact, constantAt.minusInfinity)))),
    sum.set(zero.get),
    loopFrom(at.a, ranks.get, at.b.get, 16, [
      x.set(f32x4.sub(v128.load(at.a.get), safe.get)),
      power,
      v128.store(at.a.get, p.get),
      sum.set(f32x4.add(sum.get, p.get)),
    ]),
    sum.set(acrossLanes(sum, f32x4.add, t)),
    x.set(f32x4.sub(v128.load32Splat(row, layout.maximum), safe.get)),
    power,
    sum.set(engine.madd(v128.load32Splat(row, layout.sum), p.get, sum.get)),
    f32.store(row, f32x4.extractLane(maximum.get, 0), layout.maximum),
    f32.store(row, f32x4.extractLane(sum.get, 0), layout.sum),
    p.set(v128.bitselect(zero.get, f32x4.div(one, sum.get), f32x4.eq(sum.get, zero.get))),
    f32.store(row, f32x4.extractLane(p.get, 0), layout.factor),
    forget(exact, maximum, safe, sum, x, t, p),
  ];
}

/** The weights go to their keys in [rows, m] at `weights`, among zeros, and keys become addresses of their values. */
export function placeCandidates(frame: TopKFrame, weights: Local): Code {
  const { exact, ranks, keys, candidates, lane } = frame;
  const { shape, at, group, layout, pair } = exact;
  const factor = pair[0]![0];
  const [key, earlier] = [lane, topKField(frame, "earlier")];
  const bytes = i32.const(shape.e * 4);
  const start = (values: "earlierValues" | "recentValues", size: "earlierValueBytes" | "recentValueBytes") =>
    i32.add(topKField(frame, values), i32.mul(group.get, topKField(frame, size)));
  const inEarlier = i32.add(at.b.get, i32.mul(key.get, bytes));
  const inRecent = i32.add(at.c.get, i32.mul(i32.sub(key.get, earlier), bytes));
  const offset = i32.sub(keys.get, ranks.get);
  const weight = f32.mul(f32.load(at.a.get), f32x4.extractLane(factor.get, 0));
  const cell = i32.add(weights.get, i32.shl(i32.add(i32.mul(at.row.get, field(exact, "m")), key.get), i32.const(2)));
  return [
    at.b.set(start("earlierValues", "earlierValueBytes")),
    at.c.set(start("recentValues", "recentValueBytes")),
    factor.set(v128.load32Splat(inScratch(exact, at.row.get, 4), layout.factor)),
    loopFrom(at.a, ranks.get, i32.add(ranks.get, i32.shl(candidates.get, i32.const(2))), 4, [
      key.set(i32.load(i32.add(at.a.get, offset))),
      shape.weights ? f32.store(cell, weight) : [],
      i32.store(i32.add(at.a.get, offset), select(inEarlier, inRecent, i32.ltS(key.get, earlier))),
    ]),
    factor.set(exact.product.zero.get),
  ];
}

/** Σ weight·value over the row's candidates, to its place among the outputs. */
export function sumValues(frame: TopKFrame, output: Local): Code {
  const { exact, ranks, keys, candidates, columnSums, singleSums } = frame;
  const { engine, shape, at, layout, product } = exact;
  const { factor, end, zero } = product;
  const whole = shape.e & ~3;
  const weight = f32.load(at.a.get);
  const value = i32.add(i32.load(i32.add(at.a.get, i32.sub(keys.get, ranks.get))), at.column.get);
  const scale = i32.add(exact.scratch.get, i32.shl(at.row.get, i32.const(2)));
  const target = i32.add(i32.add(output.get, i32.mul(at.row.get, i32.const(shape.e * 4))), at.column.get);
  const overCandidates = (statements: Code) => loopFrom(at.a, ranks.get, end.get, 4, [at.b.set(value), statements]);
  const columns = (vectors: number): Code => {
    const sums = columnSums.slice(0, vectors);
    return [
      overCandidates([
        factor.set(v128.load32Splat(at.a.get)),
        sums.map((sum, v) => sum.set(engine.madd(factor.get, v128.load(at.b.get, 16 * v), sum.get))),
      ]),
      at.b.set(target),
      factor.set(v128.load32Splat(scale, layout.factor)),
      sums.map((sum, v) => v128.store(at.b.get, f32x4.mul(sum.get, factor.get), 16 * v)),
      [...sums, factor].map((local) => local.set(zero.get)),
    ];
  };
  const full = 4 * columnSums.length;
  const rest = whole % full;
  return [
    end.set(i32.add(ranks.get, i32.shl(candidates.get, i32.const(2)))),
    loopFrom(at.column, i32.const(0), i32.const((whole - rest) * 4), full * 4, columns(columnSums.length)),
    at.column.set(i32.const((whole - rest) * 4)),
    rest > 0 ? columns(rest / 4) : [],
    singleSums.length > 0 ? at.column.set(i32.const(whole * 4)) : [],
    singleSums.map((sum) => sum.set(f32.const(0))),
    singleSums.length > 0
      ? overCandidates(
          singleSums.map((sum, c) => sum.set(f32.add(sum.get, f32.mul(weight, f32.load(at.b.get, 4 * c))))),
        )
      : [],
    at.b.set(target),
    singleSums.map((sum, c) => f32.store(at.b.get, f32.mul(sum.get, f32.load(scale, layout.factor)), 4 * c)),
  ];
}

/** All lanes folded to one number, in every lane. */
function acrossLanes(value: Local, fold: (left: Code, right: Code) => Code, spare: Local): Code {
  return [
    spare.set(fold(value.get, shuffle32(value.get, value.get, [2, 3, 0, 1]))),
    fold(spare.get, shuffle32(spare.get, spare.get, [1, 0, 3, 2])),
  ];
}

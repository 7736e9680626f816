import type { Code } from "../assembler/code.ts";
import { call, fillZero, loopFrom, repeatBelow, select, when } from "../assembler/function.ts";
import { f32, f32x4, i32, i32x4, v128 } from "../assembler/instructions.ts";
import { constant, forget, inScratch } from "../exact/frame.ts";
import { constantAt } from "../exact/layout.ts";
import { openRow, type TopKFrame, topKField } from "./frame.ts";
import { ranksOf, scoresOf } from "./rank.ts";

/** No row has a candidate yet, and every score above −∞ is one. */
export function startCandidates({ exact, places }: TopKFrame): Code {
  const { engine, at, scratch } = exact;
  const address = i32.add(scratch.get, at.row.get);
  return [
    fillZero(i32.add(scratch.get, i32.const(places.counts)), i32.const(engine.tileRows * 4)),
    loopFrom(
      at.row,
      i32.const(0),
      i32.const(engine.tileRows * 4),
      16,
      v128.store(address, constant(exact, constantAt.minusInfinity), places.thresholds),
    ),
  ];
}

/**
 * Scores of the block above a row's threshold become its candidates. When they fill their room the kept ones are
 * selected, and the threshold rises to the lowest of them: from then on most scores cost a comparison of 8 at a time.
 */
export function collect(frame: TopKFrame): Code {
  const { exact, places, candidates, threshold, lanes } = frame;
  const { at, rows, layout, padded, pair } = exact;
  const [low, high] = pair[0]!;
  const [lowOut, highOut] = pair[1]!;
  const load = (half: number) => v128.load(at.a.get, layout.scores + 16 * half);
  return loopFrom(at.row, i32.const(0), rows.get, 1, [
    openRow(frame),
    threshold.set(v128.load32Splat(inScratch(exact, at.row.get, 4), places.thresholds)),
    at.column.set(i32.const(0)),
    at.a.set(inScratch(exact, at.row.get, exact.scoreRow)),
    at.b.set(i32.add(at.a.get, i32.shl(padded.get, i32.const(2)))),
    loopFrom(at.a, at.a.get, at.b.get, 32, [
      low.set(load(0)),
      high.set(load(1)),
      lowOut.set(f32x4.le(low.get, threshold.get)),
      highOut.set(f32x4.le(high.get, threshold.get)),
      when(i32.eqz(i32x4.allTrue(v128.and(lowOut.get, highOut.get))), [
        lanes.set(i32.or(i32x4.bitmask(lowOut.get), i32.shl(i32x4.bitmask(highOut.get), i32.const(4)))),
        lanes.set(i32.and(i32.xor(lanes.get, i32.const(0xff)), lanesOfKeys(frame))),
        addCandidates(frame),
      ]),
      at.column.set(i32.add(at.column.get, i32.const(8))),
      forget(exact, pair[0]!, pair[1]!),
    ]),
    i32.store(inScratch(exact, at.row.get, 4), candidates.get, places.counts),
    f32.store(inScratch(exact, at.row.get, 4), f32x4.extractLane(threshold.get, 0), places.thresholds),
    threshold.set(exact.product.zero.get),
  ]);
}

/** Bits of lanes that stand for keys: what pads a block is NaN where the query is. */
function lanesOfKeys({ exact: { at, count } }: TopKFrame): Code {
  const left = i32.sub(count.get, at.column.get);
  const all = i32.const(-1);
  const some = i32.sub(i32.shl(i32.const(1), left), i32.const(1));
  return select(all, some, i32.geS(left, i32.const(8)));
}

function addCandidates(frame: TopKFrame): Code {
  const { exact, ranks, keys, candidates, lanes, lane, none } = frame;
  const { at, layout, scratch, key, pair, product } = exact;
  const [low, high] = pair[0]!;
  const place = (start: Code) => i32.add(start, i32.shl(candidates.get, i32.const(2)));
  const ofLane = i32.add(scratch.get, i32.shl(lane.get, i32.const(2)));
  return [
    when(i32.gtS(i32.add(candidates.get, i32.const(8)), topKField(frame, "capacity")), selectNow(frame)),
    [low, high].map((half, i) => [
      ranksOf(half, product.zero.get),
      v128.store(scratch.get, half.get, layout.pairs + 16 * i),
    ]),
    repeatBelow(none, lanes, [
      lane.set(i32.ctz(lanes.get)),
      i32.store(place(ranks.get), i32.load(ofLane, layout.pairs)),
      i32.store(place(keys.get), i32.add(i32.add(key.get, at.column.get), lane.get)),
      candidates.set(i32.add(candidates.get, i32.const(1))),
      lanes.set(i32.and(lanes.get, i32.sub(lanes.get, i32.const(1)))),
    ]),
  ];
}

/** Keeps the highest candidates; a threshold of NaN becomes ∞, which takes out all but further NaN. */
export function selectNow(frame: TopKFrame): Code {
  const { ranks, keys, candidates, threshold } = frame;
  const kept = topKField(frame, "kept");
  return [
    threshold.set(i32x4.splat(call("selectKept", ranks.get, keys.get, candidates.get, kept))),
    scoresOf(threshold),
    threshold.set(f32x4.pmin(f32x4.splat(f32.const(Number.POSITIVE_INFINITY)), threshold.get)),
    candidates.set(kept),
  ];
}

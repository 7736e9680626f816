import type { Code } from "../assembler/code.ts";
import {
  defineFunction,
  type Local,
  loopFrom,
  repeatBelow,
  select,
  type WasmFunction,
  when,
} from "../assembler/function.ts";
import { i32, i32x4, v128 } from "../assembler/instructions.ts";
import { lowestRank } from "./rank.ts";

/**
 * `selectKept(ranks, keys, count, kept)` keeps the `kept` candidates of highest rank, in their order, of equal ones the
 * first. It needs count > kept ≥ 1, and room for a multiple of 8 candidates. Returns the rank up to which a later
 * candidate has no place among them.
 *
 * That rank is found bit by bit, as the highest that still `kept` candidates reach: at most 32 passes over the ranks, 8
 * at a time, whatever their order; fewer when exactly `kept` of them reach a rank.
 */
export function selectKept(): WasmFunction {
  return defineFunction(
    "selectKept",
    ["i32", "i32", "i32", "i32"],
    (scope, ranks, keys, count, kept) => {
      const [at, end, rank, reached, room] = [scope.i32(), scope.i32(), scope.i32(), scope.i32(), scope.i32()];
      const found = { rank: scope.i32(), bit: scope.i32(), trial: scope.i32() };
      const sums = [scope.v128(), scope.v128()];
      const bound = scope.v128();
      return [
        padRanks(ranks!, count!, at, end),
        // Ranks as unsigned numbers, of which the sign is the highest bit turned over.
        found.rank.set(i32.const(0)),
        found.bit.set(i32.const(lowestSigned)),
        [0x03, 0x40],
        found.trial.set(i32.or(found.rank.get, found.bit.get)),
        bound.set(i32x4.splat(i32.sub(i32.xor(found.trial.get, i32.const(lowestSigned)), i32.const(1)))),
        sums.map((sum) => sum.set(i32x4.splat(i32.const(0)))),
        at.set(ranks!.get),
        repeatBelow(at, end, [
          sums.map((sum, i) => sum.set(i32x4.sub(sum.get, i32x4.gtS(v128.load(at.get, 16 * i), bound.get)))),
          at.set(i32.add(at.get, i32.const(32))),
        ]),
        reached.set(lanesOf(sums)),
        when(i32.geS(reached.get, kept!.get), found.rank.set(found.trial.get)),
        found.bit.set(i32.shrU(found.bit.get, i32.const(1))),
        select(i32.const(0), found.bit.get, i32.eq(reached.get, kept!.get)),
        [0x0d, 0, 0x0b],
        found.rank.set(i32.xor(found.rank.get, i32.const(lowestSigned))),
        keepAbove(found.rank),
        found.rank.get,
      ];

      /** Moves what is kept to the front, without a branch for each. */
      function keepAbove(least: Local): Code {
        const [from, to] = [scope.i32(), scope.i32()];
        const [above, equal] = [scope.i32(), scope.i32()];
        const toKey = i32.add(to.get, i32.sub(keys!.get, ranks!.get));
        const fromKey = i32.add(from.get, i32.sub(keys!.get, ranks!.get));
        return [
          end.set(i32.add(ranks!.get, i32.shl(count!.get, i32.const(2)))),
          room.set(kept!.get),
          loopFrom(from, ranks!.get, end.get, 4, room.set(i32.sub(room.get, i32.gtS(i32.load(from.get), least.get)))),
          to.set(ranks!.get),
          loopFrom(from, ranks!.get, end.get, 4, [
            rank.set(i32.load(from.get)),
            above.set(i32.gtS(rank.get, least.get)),
            equal.set(i32.and(i32.eq(rank.get, least.get), i32.gtS(room.get, i32.const(0)))),
            room.set(i32.sub(room.get, equal.get)),
            i32.store(toKey, i32.load(fromKey)),
            i32.store(to.get, rank.get),
            to.set(i32.add(to.get, i32.shl(i32.or(above.get, equal.get), i32.const(2)))),
          ]),
        ];
      }
    },
    { results: ["i32"] },
  );
}

const lowestSigned = -(2 ** 31);

/** Ranks behind the candidates, up to the next multiple of 8, are the lowest; `end` is behind them. */
export function padRanks(ranks: Local, count: Local, at: Local, end: Local): Code {
  return [
    at.set(i32.add(ranks.get, i32.shl(count.get, i32.const(2)))),
    end.set(i32.add(ranks.get, i32.and(i32.add(i32.shl(count.get, i32.const(2)), i32.const(31)), i32.const(-32)))),
    loopFrom(at, at.get, end.get, 4, i32.store(at.get, i32.const(lowestRank))),
  ];
}

/** The sum of all lanes. */
function lanesOf([first, second]: readonly Local[]): Code {
  const lane = (index: number) => i32x4.extractLane(first!.get, index);
  return [
    first!.set(i32x4.add(first!.get, second!.get)),
    i32.add(i32.add(lane(0), lane(1)), i32.add(lane(2), lane(3))),
  ];
}

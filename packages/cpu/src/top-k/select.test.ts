import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { call, defineFunction } from "../assembler/function.ts";
import { f32, f32x4, i32, v128 } from "../assembler/instructions.ts";
import { instantiate } from "../assembler/testing/instantiate.ts";
import { lowestRank, ranksOf, scoresOf } from "./rank.ts";
import { selectKept } from "./select.ts";

const special = [0, -0, 1, -1, Infinity, -Infinity, NaN, 2 ** -149, -(2 ** -149), 3e38, -3e38];
const score = fc.oneof(fc.float({ min: -4, max: 4 }), fc.constantFrom(...special.map(Math.fround)));

describe("ranks", () => {
  const convert = defineFunction(
    "convert",
    [],
    (scope) => {
      const lanes = scope.v128();
      return [
        lanes.set(v128.load(i32.const(0))),
        ranksOf(lanes, f32x4.splat(f32.const(0))),
        v128.store(i32.const(16), lanes.get),
        scoresOf(lanes),
        v128.store(i32.const(32), lanes.get),
      ];
    },
    { exported: true },
  );
  const module = instantiate([convert]);
  const ranks = (scores: readonly number[]) => {
    module.float32.set(scores);
    module.call("convert");
    return [...module.int32.subarray(4, 8)];
  };

  it("are ordered as scores are, NaN above all, and turn into the scores again", () => {
    fc.assert(
      fc.property(fc.array(score, { minLength: 4, maxLength: 4 }), (scores) => {
        const found = ranks(scores);
        const order = (x: number) => (Number.isNaN(x) ? 2 : Math.atan(x));
        scores.forEach((left, a) => {
          scores.forEach((right, b) => {
            const expected =
              Number.isNaN(left) || Number.isNaN(right)
                ? order(left) - order(right)
                : left < right
                  ? -1
                  : left > right
                    ? 1
                    : 0;
            expect(Math.sign(found[a]! - found[b]!)).toBe(Math.sign(expected));
          });
        });
        expect([...module.float32.subarray(8, 12)]).toEqual(scores.map((x) => (x === 0 ? 0 : x)));
      }),
      { numRuns: 500 },
    );
  });

  it("begin with that of −∞, and a NaN of either sign is above ∞", () => {
    expect(ranks([Number.NEGATIVE_INFINITY, 0, 0, 0])[0]).toBe(lowestRank);
    module.int32.set([0x7fc00000, -0x00400000, 0x7f800001, 0x7f800000]);
    module.call("convert");
    const [a, b, c, infinity] = module.int32.subarray(4, 8);
    expect([a, b, c]).toEqual(Array(3).fill(0x7fffffff));
    expect(infinity).toBeLessThan(a!);
  });
});

describe("selectKept", () => {
  const names = ["i32", "i32", "i32", "i32"] as const;
  const module = instantiate([
    selectKept(),
    defineFunction("run", names, (_, ...given) => call("selectKept", ...given.map(({ get }) => get)), {
      results: ["i32"],
      exported: true,
    }),
  ]);
  const places = { ranks: 4096, keys: 32768 };

  const rank = fc.oneof(
    fc.integer({ min: lowestRank + 1, max: 0x7fffffff }),
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom(lowestRank + 1, 0x7fffffff, 0x7ffffffe, 0, -1),
  );
  const cases = fc
    .array(rank, { minLength: 2, maxLength: 90 })
    .chain((ranks) => fc.record({ ranks: fc.constant(ranks), kept: fc.integer({ min: 1, max: ranks.length - 1 }) }));

  it("keeps the highest in their order, of equal ones the first, and tells up to which rank the rest is out", () => {
    fc.assert(
      fc.property(cases, ({ ranks, kept }) => {
        const keys = ranks.map((_, index) => 7 * index + 3);
        module.int32.fill(0x55555555);
        module.int32.set(ranks, places.ranks / 4);
        module.int32.set(keys, places.keys / 4);
        const bound = module.call("run", places.ranks, places.keys, ranks.length, kept);
        const order = [...ranks.keys()].sort((a, b) => ranks[b]! - ranks[a]! || a - b);
        const chosen = order.slice(0, kept).sort((a, b) => a - b);
        const read = (at: number) => [...module.int32.subarray(at / 4, at / 4 + kept)];
        expect(read(places.keys)).toEqual(chosen.map((index) => keys[index]));
        expect(read(places.ranks)).toEqual(chosen.map((index) => ranks[index]));
        const lowestKept = ranks[order[kept - 1]!]!;
        const highestOut = ranks[order[kept]!]!;
        expect(bound).toBeGreaterThanOrEqual(highestOut);
        expect(bound).toBeLessThanOrEqual(lowestKept);
        const padded = Math.ceil(ranks.length / 8) * 8;
        expect(module.int32[places.ranks / 4 - 1]).toBe(0x55555555);
        expect(module.int32[places.ranks / 4 + padded]).toBe(0x55555555);
        expect(module.int32[places.keys / 4 + ranks.length]).toBe(0x55555555);
      }),
      { numRuns: 1000 },
    );
  });
});

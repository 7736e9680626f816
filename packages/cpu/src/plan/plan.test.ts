import { type ProblemSizes, seededRandom } from "@xattn/core";
import { evaluateMask, type Mask } from "@xattn/masking";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entryBytes } from "../exact/layout.ts";
import { makePlan, type Plan, type PlanTiles } from "../plan/plan.ts";

const sizesArbitrary: fc.Arbitrary<ProblemSizes> = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    keyHeads: fc.integer({ min: 1, max: 2 }),
    group: fc.integer({ min: 1, max: 3 }),
    n: fc.integer({ min: 1, max: 14 }),
    m: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(63, 64, 65, 100)),
  })
  .map(({ group, ...sizes }) => ({ ...sizes, heads: sizes.keyHeads * group, d: 1, e: 1 }));

const tilesArbitrary: fc.Arbitrary<PlanTiles> = fc.record({
  rows: fc.constantFrom(4, 20, 24),
  panel: fc.constantFrom(8, 16),
  blockKeys: fc.constantFrom(32, 64),
});

function leaf({ batch, heads, n, m }: ProblemSizes): fc.Arbitrary<Mask> {
  const each = <Value>(item: fc.Arbitrary<Value>) => fc.array(item, { minLength: batch, maxLength: batch });
  const offset = fc.integer({ min: -6, max: m });
  const alignment = fc.oneof(offset, each(offset)).map((value) => ({ offset: value }));
  const side = fc.option(fc.integer({ min: 0, max: m }));
  const dense = (shape: readonly number[]) =>
    fc.record({ seed: fc.integer(), part: fc.constantFrom(0.02, 0.5, 0.98) }).map(({ seed, part }): Mask => {
      const random = seededRandom(seed);
      const count = shape.reduce((product, axis) => product * axis, 1);
      return { kind: "dense", shape, allowed: Array.from({ length: count }, () => random.uniform() < part) };
    });
  return fc.oneof(
    fc.constantFrom<Mask>({ kind: "all" }, { kind: "none" }),
    alignment.map((value): Mask => ({ kind: "causal", alignment: value })),
    fc
      .tuple(side, side, alignment)
      .map(([left, right, value]): Mask => ({ kind: "window", left, right, alignment: value })),
    each(fc.integer({ min: 0, max: m })).map((keys): Mask => ({ kind: "padding", keys })),
    each(fc.integer({ min: 0, max: n })).map((queries): Mask => ({ kind: "padding", queries })),
    fc.integer({ min: 0, max: m }).map((length): Mask => ({ kind: "prefix", length })),
    dense([batch, heads, n, m]),
    dense([heads, 1, m]),
    dense([n, m]),
  );
}

const maskArbitrary = (sizes: ProblemSizes): fc.Arbitrary<Mask> => {
  const one = leaf(sizes);
  const two = fc.array(one, { minLength: 2, maxLength: 2 });
  return fc.oneof(
    one,
    two.map((masks): Mask => ({ kind: "and", masks })),
    two.map((masks): Mask => ({ kind: "or", masks })),
    one.map((mask): Mask => ({ kind: "not", mask })),
  );
};

const cases = fc
  .tuple(sizesArbitrary, tilesArbitrary)
  .chain(([sizes, tiles]) => maskArbitrary(sizes).map((mask) => ({ sizes, tiles, mask })));

interface Entry {
  readonly key: number;
  readonly count: number;
  /** Offset of the bits, or 0. */
  readonly bits: number;
}

/** The entries of a tile, read as the kernels read them. */
function entriesOf({ bytes, batchBytes, headBytes }: Plan, batch: number, keyHead: number, tile: number): Entry[] {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = batch * batchBytes + keyHead * headBytes + 8 * tile;
  const [offset, count] = [words.getUint32(at, true), words.getUint32(at + 4, true)];
  return Array.from({ length: count }, (_, index) => {
    const word = (place: number) => words.getUint32(offset + index * entryBytes + 4 * place, true);
    return { key: word(0), count: word(1), bits: word(2) };
  });
}

/** Calls for every tile with its entries and its rows, each as the position of a query. */
function eachTile(
  plan: Plan,
  { batch, heads, keyHeads, n }: ProblemSizes,
  tiles: PlanTiles,
  visit: (entries: Entry[], rows: { batch: number; head: number; query: number }[]) => void,
): void {
  const group = heads / keyHeads;
  for (let b = 0; b < batch; b += 1) {
    for (let g = 0; g < keyHeads; g += 1) {
      for (let first = 0; first < group * n; first += tiles.rows) {
        const rows = Array.from({ length: Math.min(tiles.rows, group * n - first) }, (_, index) => {
          const row = first + index;
          return { batch: b, head: g * group + Math.floor(row / n), query: row % n };
        });
        visit(entriesOf(plan, b, g, first / tiles.rows), rows);
      }
    }
  }
}

describe("a plan of a mask", () => {
  it("lists exactly the keys that the mask allows: those in full runs, and those of partial runs with a bit", () => {
    fc.assert(
      fc.property(cases, ({ sizes, tiles, mask }) => {
        const plan = makePlan(mask, sizes, tiles);
        const maskSizes = { batch: sizes.batch, heads: sizes.heads, queries: sizes.n, keys: sizes.m };
        let everything = true;
        eachTile(plan, sizes, tiles, (entries, rows) => {
          rows.forEach((row, index) => {
            const listed = new Array<boolean>(sizes.m).fill(false);
            for (const { key, count, bits } of entries) {
              const rowBits = bits + index * Math.ceil(count / 8);
              for (let j = 0; j < count; j += 1) {
                listed[key + j] = bits === 0 || ((plan.bytes[rowBits + (j >> 3)]! >> (j & 7)) & 1) === 1;
              }
            }
            const expected = listed.map((_, key) => evaluateMask(mask, { ...row, key }, maskSizes));
            expect(listed).toEqual(expected);
            everything &&= expected.every(Boolean);
          });
        });
        expect(plan.all).toBe(everything);
      }),
    );
  });

  it("has runs that rise without touching back, start with panels, end with panels or the keys, and fit in blocks", () => {
    fc.assert(
      fc.property(cases, ({ sizes, tiles, mask }) => {
        const plan = makePlan(mask, sizes, tiles);
        eachTile(plan, sizes, tiles, (entries, rows) => {
          let before = 0;
          for (const { key, count, bits } of entries) {
            expect(key).toBeGreaterThanOrEqual(before);
            expect(key % tiles.panel).toBe(0);
            expect(count).toBeGreaterThan(0);
            before = key + count;
            expect(before % tiles.panel === 0 || before === sizes.m).toBe(true);
            expect(before).toBeLessThanOrEqual(sizes.m);
            if (bits === 0) continue;
            expect(count).toBeLessThanOrEqual(tiles.blockKeys);
            expect(bits % 4).toBe(0);
            expect(bits + rows.length * Math.ceil(count / 8)).toBeLessThanOrEqual(plan.bytes.length);
          }
        });
      }),
    );
  });

  it("leaves out panels without an allowed key, and has no bits where every key is allowed", () => {
    const sizes = { batch: 1, heads: 1, keyHeads: 1, n: 64, m: 640, d: 1, e: 1 };
    const tiles = { rows: 16, panel: 16, blockKeys: 64 };
    const mask: Mask = { kind: "causal", alignment: { offset: 320 } };
    eachTile(makePlan(mask, sizes, tiles), sizes, tiles, (entries, rows) => {
      const first = rows[0]!.query;
      expect(entries).toEqual([
        { key: 0, count: 320 + first, bits: 0 },
        { key: 320 + first, count: 16, bits: expect.any(Number) },
      ]);
      expect(entries[1]!.bits).toBeGreaterThan(0);
    });
  });

  it("is shared by batch entries and heads that the mask does not tell apart", () => {
    const sizes = { batch: 3, heads: 4, keyHeads: 2, n: 5, m: 40, d: 1, e: 1 };
    const tiles = { rows: 20, panel: 8, blockKeys: 64 };
    const strides = (mask: Mask) => {
      const { batchBytes, headBytes } = makePlan(mask, sizes, tiles);
      return { batchBytes, headBytes };
    };
    const perHead: Mask = {
      kind: "dense",
      shape: [4, 1, 40],
      allowed: Array.from({ length: 160 }, (_, i) => i % 3 > 0),
    };
    expect(strides({ kind: "causal", alignment: "top-left" })).toEqual({ batchBytes: 0, headBytes: 0 });
    expect(strides({ kind: "padding", keys: [1, 20, 40] })).toEqual({ batchBytes: 8, headBytes: 0 });
    expect(strides(perHead)).toEqual({ batchBytes: 0, headBytes: 8 });
  });
});

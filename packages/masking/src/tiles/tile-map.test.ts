import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryCase } from "../../test/arbitrary.ts";
import { and, not, or } from "../algebra/combine.ts";
import { evaluateMask } from "../evaluate/evaluate.ts";
import { coverage } from "../kind/kind.ts";
import { causal } from "../kinds/causal/causal.ts";
import { dense } from "../kinds/dense/dense.ts";
import { padding } from "../kinds/padding/padding.ts";
import { prefix } from "../kinds/prefix/prefix.ts";
import { strided } from "../kinds/strided/strided.ts";
import { window } from "../kinds/window/window.ts";
import type { Mask } from "../mask.ts";
import type { MaskSizes } from "../sizes/sizes.ts";
import { tileMap } from "./tile-map.ts";
import { countTiles, tileState } from "./tile-state.ts";

const MILLION = 1 << 20;
const huge = { batch: 1, heads: 1, queries: MILLION, keys: MILLION };

/** Rows of a map as text: . empty, + partial, # full. */
function drawTiles(mask: Mask, sizes: MaskSizes, tile: number, batch = 0): string[] {
  const map = tileMap(mask, sizes, { queries: tile, keys: tile });
  const letters = { empty: ".", partial: "+", full: "#" };
  return Array.from({ length: map.queryTiles }, (_, query) =>
    Array.from({ length: map.keyTiles }, (_, key) => letters[tileState(map, batch, 0, query, key)]).join(""),
  );
}

describe("tileMap", () => {
  it("classifies every tile as counting its pairs does, for any tree and tile", () => {
    const tile = fc.record({ queries: fc.integer({ min: 1, max: 6 }), keys: fc.integer({ min: 1, max: 6 }) });
    fc.assert(
      fc.property(arbitraryCase, tile, ({ sizes, mask }, tiles) => {
        const map = tileMap(mask, sizes, tiles);
        expect([map.queryTiles, map.keyTiles]).toEqual([
          Math.ceil(sizes.queries / tiles.queries),
          Math.ceil(sizes.keys / tiles.keys),
        ]);
        for (let batch = 0; batch < sizes.batch; batch++) {
          for (let head = 0; head < sizes.heads; head++) {
            for (let row = 0; row < map.queryTiles; row++) {
              for (let column = 0; column < map.keyTiles; column++) {
                let allowed = 0;
                let whole = 0;
                for (let q = row * tiles.queries; q < Math.min((row + 1) * tiles.queries, sizes.queries); q++) {
                  for (let k = column * tiles.keys; k < Math.min((column + 1) * tiles.keys, sizes.keys); k++) {
                    whole++;
                    if (evaluateMask(mask, { batch, head, query: q, key: k }, sizes)) allowed++;
                  }
                }
                expect(tileState(map, batch, head, row, column)).toBe(coverage(allowed, whole));
              }
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("draws a causal window", () => {
    const sizes = { batch: 1, heads: 1, queries: 8, keys: 8 };
    expect(drawTiles(causal(), sizes, 2)).toEqual(["+...", "#+..", "##+.", "###+"]);
    expect(drawTiles(and(causal(), window(3, 3)), sizes, 2)).toEqual(["+...", "#+..", "+#+.", ".+#+"]);
  });

  it("sees that two partial masks leave nothing or everything together", () => {
    const sizes = { batch: 1, heads: 1, queries: 4, keys: 4 };
    expect(drawTiles(and(causal(), window(null, null), not(window(null, 1))), sizes, 4)).toEqual(["."]);
    expect(drawTiles(or(causal(), window(0, null)), sizes, 4)).toEqual(["#"]);
  });

  it("shares one map where the mask is the same for all", () => {
    const sizes = { batch: 2, heads: 3, queries: 4, keys: 4 };
    const tile = { queries: 2, keys: 2 };
    const perHead = dense([3, 1, 1], [true, false, true]);
    expect(tileMap(causal(), sizes, tile)).toMatchObject({ batches: 1, heads: 1 });
    expect(tileMap(padding({ keys: [1, 2] }), sizes, tile)).toMatchObject({ batches: 2, heads: 1 });
    expect(tileMap(and(perHead, padding({ keys: [1, 2] })), sizes, tile)).toMatchObject({ batches: 2, heads: 3 });
    expect(tileMap(or(perHead, prefix(9), not(prefix(9))), sizes, tile)).toMatchObject({ batches: 1, heads: 1 });
    expect(drawTiles(padding({ keys: [1, 2] }), sizes, 2, 1)).toEqual(["#.", "#."]);
  });

  it("counts its states", () => {
    const map = tileMap(causal(), { batch: 5, heads: 1, queries: 8, keys: 8 }, { queries: 2, keys: 2 });
    expect(countTiles(map)).toEqual({ empty: 6, partial: 4, full: 6 });
  });

  // A million by a million pairs are out of reach one by one: these end only because intervals decide.
  it("decides structured masks of a million queries and keys by intervals", () => {
    const tile = { queries: 4096, keys: 4096 };
    expect(countTiles(tileMap(causal(), huge, tile))).toEqual({ empty: 32640, partial: 256, full: 32640 });
    const local = and(or(and(causal("bottom-right"), window(8191, null)), prefix(4096)), padding({ keys: [MILLION] }));
    expect(countTiles(tileMap(local, huge, tile))).toEqual({
      empty: 65536 - (255 + 253) - (256 + 254),
      partial: 255 + 253,
      full: 256 + 254,
    });
    expect(countTiles(tileMap(and(causal(), strided(512)), huge, tile)).empty).toBe(32640);
  });

  it("maps nothing for an axis of size 0", () => {
    expect(tileMap(causal(), { batch: 1, heads: 1, queries: 0, keys: 4 }, { queries: 2, keys: 2 }).states).toHaveLength(
      0,
    );
  });

  it("refuses tiles and masks that do not fit", () => {
    const sizes = { batch: 1, heads: 1, queries: 4, keys: 4 };
    expect(() => tileMap(causal(), sizes, { queries: 0, keys: 1 })).toThrow("tile.queries is 0");
    expect(() => tileMap(causal(), sizes, { queries: 1, keys: 1.5 })).toThrow("tile.keys is 1.5");
    expect(() => tileMap(prefix([1, 2]), sizes, { queries: 1, keys: 1 })).toThrow("prefix.length");
  });
});

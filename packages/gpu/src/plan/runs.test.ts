import { and, causal, padding, type TileMap, tileMap, tileState, window } from "@xattn/masking";
import { describe, expect, it } from "vitest";
import { Tables } from "../wgsl/tables.ts";
import { runTables } from "./runs.ts";
import type { Tile } from "./tile.ts";

const tile: Tile = { queries: 8, keys: 16, slice: 4, slices: 1, block: 4, blocks: 1 };

/** The states that the runs stand for, read off the words as the shader reads them. */
function statesOf(data: Uint32Array, map: TileMap, batch: number, head: number, queryTile: number): string[] {
  const word = (table: number, index: number) => data[data[table]! + index]!;
  const row = (batch * word(0, 0) + head * word(0, 1)) * word(0, 2) + queryTile;
  const states = new Array<string>(map.keyTiles).fill("empty");
  for (let run = word(1, row); run < word(1, row + 1); run += 1) {
    states.fill(word(2, 3 * run + 2) ? "partial" : "full", word(2, 3 * run), word(2, 3 * run + 1));
  }
  return states;
}

describe("runs of tiles", () => {
  it("are the tile map, for every batch entry and head", () => {
    const mask = and(causal("bottom-right"), padding({ keys: [130, 77] }));
    // The second sizes come from another map of the same mask, the third from the kept one.
    for (const n of [40, 57, 40]) {
      const sizes = { batch: 2, heads: 3, queries: n, keys: 130 };
      const tables = new Tables();
      runTables(mask, sizes, tile, tables);
      const map = tileMap(mask, sizes, tile);
      for (let batch = 0; batch < 2; batch += 1) {
        for (let head = 0; head < 3; head += 1) {
          for (let row = 0; row < map.queryTiles; row += 1) {
            const expected = Array.from({ length: map.keyTiles }, (_, at) => tileState(map, batch, head, row, at));
            expect(statesOf(tables.data(), map, batch, head, row)).toEqual(expected);
          }
        }
      }
    }
  });

  it("grow with n + m for a band", () => {
    const words = (n: number) => {
      const tables = new Tables();
      runTables(window(50, 0), { batch: 1, heads: 1, queries: n, keys: n }, tile, tables);
      return tables.data().length;
    };
    expect(words(4096) / words(2048)).toBeLessThan(2.05);
  });
});

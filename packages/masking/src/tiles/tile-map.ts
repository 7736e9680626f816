import { bind } from "../compile/bind.ts";
import { checkMask } from "../compile/check.ts";
import { dependsOn } from "../depends/depends-on.ts";
import { type BoundMask, type Coverage, coverage, type Region } from "../kind/kind.ts";
import type { Mask } from "../mask.ts";
import { readInteger } from "../read/values.ts";
import { simplifyMask } from "../simplify/simplify.ts";
import type { MaskSizes } from "../sizes/sizes.ts";
import { spansLength } from "../spans/spans.ts";

export interface TileSizes {
  readonly queries: number;
  readonly keys: number;
}

/** What the numbers in `TileMap.states` say. */
export const TILE_STATES: readonly Coverage[] = ["empty", "partial", "full"];

/** The tiles of a mask as plain data, for kernels that skip empty tiles and mask only the partial ones. */
export interface TileMap {
  readonly tile: TileSizes;
  /** b when the mask depends on the batch entry; 1 when the one map serves all. */
  readonly batches: number;
  /** h when the mask depends on the head; 1 when the one map serves all. */
  readonly heads: number;
  /** ⌈n / tile.queries⌉ */
  readonly queryTiles: number;
  /** ⌈m / tile.keys⌉ */
  readonly keyTiles: number;
  /** [batches, heads, queryTiles, keyTiles], row-major: 0 empty, 1 partial, 2 full. */
  readonly states: Uint8Array;
}

/**
 * Classifies every tile of the logits [b, h, n, m]: no pair allowed, some, or all. The answer is exact; the last tile of
 * an axis is judged by the part of it that lies inside.
 *
 * Tiles are decided by intervals; only in those that a combination of masks leaves open are rows looked at, span by
 * span. Time grows with the number of tiles and of open rows, not with n·m (but for `dense`).
 *
 * @throws {MaskError} when the mask does not fit the sizes or a tile size is not a positive integer.
 */
export function tileMap(mask: Mask, sizes: MaskSizes, tile: TileSizes): TileMap {
  checkMask(mask, sizes);
  readInteger(tile.queries, "tile.queries", 1);
  readInteger(tile.keys, "tile.keys", 1);
  const simple = simplifyMask(mask);
  const bound = bind(simple, sizes);
  const depends = dependsOn(simple);
  const batches = depends.batch ? sizes.batch : 1;
  const heads = depends.head ? sizes.heads : 1;
  const queryTiles = Math.ceil(sizes.queries / tile.queries);
  const keyTiles = Math.ceil(sizes.keys / tile.keys);
  const states = new Uint8Array(batches * heads * queryTiles * keyTiles);
  let at = 0;
  for (let batch = 0; batch < batches; batch++) {
    for (let head = 0; head < heads; head++) {
      for (let queryFrom = 0; queryFrom < sizes.queries; queryFrom += tile.queries) {
        const queryTo = Math.min(queryFrom + tile.queries, sizes.queries);
        for (let keyFrom = 0; keyFrom < sizes.keys; keyFrom += tile.keys) {
          const region = { queryFrom, queryTo, keyFrom, keyTo: Math.min(keyFrom + tile.keys, sizes.keys) };
          states[at++] = TILE_STATES.indexOf(coverRegion(bound, batch, head, region));
        }
      }
    }
  }
  return { tile, batches, heads, queryTiles, keyTiles, states };
}

function coverRegion(bound: BoundMask, batch: number, head: number, region: Region): Coverage {
  const cover = bound.cover(batch, head, region);
  return cover === "unknown" ? coverRows(bound, batch, head, region) : cover;
}

/** Row by row, until one is partial or differs from the first. */
function coverRows(bound: BoundMask, batch: number, head: number, region: Region): Coverage {
  let result: Coverage | undefined;
  for (let query = region.queryFrom; query < region.queryTo; query++) {
    const allowed = spansLength(bound.spans(batch, head, query, region.keyFrom, region.keyTo));
    const row = coverage(allowed, region.keyTo - region.keyFrom);
    if (row === "partial" || (result !== undefined && row !== result)) return "partial";
    result = row;
  }
  return result ?? "empty";
}

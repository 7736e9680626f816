import type { Coverage } from "../kind/kind.ts";
import { TILE_STATES, type TileMap } from "./tile-map.ts";

/** Where in `states` the tiles of one batch entry, head and row of tiles begin; a shared map has one place for all. */
export function tileRowStart(map: TileMap, batch: number, head: number, queryTile: number): number {
  const entry = map.batches === 1 ? 0 : batch;
  const layer = map.heads === 1 ? 0 : head;
  return ((entry * map.heads + layer) * map.queryTiles + queryTile) * map.keyTiles;
}

/** The state of one tile, for any batch entry and head of the sizes that the map was made for. */
export function tileState(map: TileMap, batch: number, head: number, queryTile: number, keyTile: number): Coverage {
  return TILE_STATES[map.states[tileRowStart(map, batch, head, queryTile) + keyTile]!]!;
}

/** How many tiles of the map are in each state; a shared map counts once. */
export function countTiles(map: TileMap): Readonly<Record<Coverage, number>> {
  const counts = { empty: 0, partial: 0, full: 0 };
  for (const state of map.states) counts[TILE_STATES[state]!]++;
  return counts;
}

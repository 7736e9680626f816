import { type Mask, type MaskSizes, tileMap } from "@xattn/masking";
import type { RunTables } from "../wgsl/attention.ts";
import type { Tables } from "../wgsl/tables.ts";
import type { Tile } from "./tile.ts";

const empty = 0;
const partial = 1;

/** What a mask leaves of the tiles, as runs of neighbouring tiles along the keys that are all allowed or all partly so. */
interface Runs {
  /** Steps from one batch entry's map to the next, and from one head's to the next; tiles of queries in a map. */
  readonly steps: Uint32Array<ArrayBuffer>;
  readonly starts: Uint32Array<ArrayBuffer>;
  readonly runs: Uint32Array<ArrayBuffer>;
}

/** Maps are kept by the mask object, for the sizes that were asked last: making one may take longer than the call. */
const kept = new WeakMap<Mask, Map<string, Runs>>();
const mapsKept = 8;

/**
 * A mask's runs of tiles, for the shader to go through along the keys of a tile of queries, or the other way. Their number grows with n + m for masks that are bands; only
 * the tile map, which is forgotten, has n·m / tile places.
 */
export function runTables(
  mask: Mask,
  sizes: MaskSizes,
  tile: Pick<Tile, "queries" | "keys">,
  tables: Tables,
  along: "keys" | "queries" = "keys",
): RunTables {
  const known = kept.get(mask) ?? new Map<string, Runs>();
  kept.set(mask, known);
  const { batch, heads, queries, keys } = sizes;
  const name = [batch, heads, queries, keys, tile.queries, tile.keys, along].join();
  const found = known.get(name) ?? makeRuns(mask, sizes, tile, along);
  known.delete(name);
  known.set(name, found);
  if (known.size > mapsKept) known.delete([...known.keys()][0]!);
  return { steps: tables.words(found.steps), starts: tables.words(found.starts), runs: tables.words(found.runs) };
}

function makeRuns(
  mask: Mask,
  sizes: MaskSizes,
  { queries, keys }: Pick<Tile, "queries" | "keys">,
  along: "keys" | "queries",
): Runs {
  const map = tileMap(mask, sizes, { queries, keys });
  const [rowsOfMap, length] = along === "keys" ? [map.queryTiles, map.keyTiles] : [map.keyTiles, map.queryTiles];
  const rows = map.batches * map.heads * rowsOfMap;
  const stateAt = (row: number, at: number) =>
    along === "keys"
      ? map.states[row * map.keyTiles + at]!
      : map.states[(Math.floor(row / rowsOfMap) * map.queryTiles + at) * map.keyTiles + (row % rowsOfMap)]!;
  const starts = new Uint32Array(rows + 1);
  const runs: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (let from = 0; from < length; ) {
      const state = stateAt(row, from);
      let to = from + 1;
      while (to < length && stateAt(row, to) === state) to += 1;
      if (state !== empty) runs.push(from, to, state === partial ? 1 : 0);
      from = to;
    }
    starts[row + 1] = runs.length / 3;
  }
  const steps = [map.batches === 1 ? 0 : map.heads, map.heads === 1 ? 0 : 1, rowsOfMap];
  return { steps: Uint32Array.from(steps), starts, runs: Uint32Array.from(runs) };
}

import { LimitError } from "../errors/errors.ts";

/** Threads of a workgroup: 8 lanes along queries by 8 along keys, and along columns of the output. */
export const lanes = 8;
export const threads = lanes * lanes;

/** How much one workgroup takes at a time; widths in groups of four elements. */
export interface Tile {
  readonly queries: number;
  readonly keys: number;
  /** Fours of d that are in workgroup memory at a time, and how often. */
  readonly slice: number;
  readonly slices: number;
  /** Fours of e that a workgroup makes, and how many workgroups share the row. */
  readonly block: number;
  readonly blocks: number;
  /** Rows that a thread holds in registers, where it does: then nothing is in workgroup memory. */
  readonly registerRows?: number;
}

/** Threads of a workgroup that holds rows in registers. */
export const registerThreads = 4;

export interface TileSizes {
  readonly n: number;
  readonly m: number;
  readonly d: number;
  readonly e: number;
}

export const fours = (width: number) => Math.max(1, Math.ceil(width / 4));

/** Fours from one row to the next in workgroup memory: one more than needed, so that rows start in different banks. */
export const rowStep = (width: number) => width + 1;

/** Bytes of workgroup memory of a tile. */
export function workgroupBytes({ queries, keys, slice, block, registerRows }: Tile): number {
  if (registerRows) return 0;
  const keyValues = keys * rowStep(Math.max(slice, block)) * 16;
  const weights = queries * (keys + 1) * 4;
  const reduced = queries * lanes * 4;
  return keyValues + queries * rowStep(slice) * 16 + weights + reduced + 16;
}

/** Fours that workgroups ask of the device's memory for one head: what caches are for. */
export function tileLoads({ n, m, d, e }: TileSizes, tile: Tile): number {
  if (tile.registerRows) return Math.ceil(n / tile.registerRows) * m * (fours(d) + fours(e)) + n * fours(d);
  const queryTiles = Math.ceil(n / tile.queries);
  const queryLoads = tile.queries * fours(d) * (tile.slices === 1 ? 1 : Math.ceil(m / tile.keys));
  return queryTiles * tile.blocks * (m * (fours(d) + tile.block) + queryLoads);
}

/** Fours that threads read of workgroup memory for one head. */
export function workgroupLoads({ n, m, d }: TileSizes, tile: Tile): number {
  if (tile.registerRows) return 0;
  const rows = tile.queries / lanes;
  const columns = Math.ceil(tile.block / lanes);
  const products = (rows + tile.keys / lanes) * fours(d);
  const sums = tile.keys * (rows / 4 + columns);
  return Math.ceil(n / tile.queries) * Math.ceil(m / tile.keys) * tile.blocks * threads * (products + sums);
}

const registersMost = 16;
/** Time of one four from the device's memory, and of a tile's barriers, in reads of workgroup memory: estimates. */
const deviceCost = 8;
const barrierCost = 128 * threads;

/**
 * The tile that fits in `bytes` of workgroup memory and asks for the least.
 *
 * @throws LimitError when not even the smallest fits
 */
export function chooseTile(sizes: TileSizes, bytes: number): Tile {
  let best: Tile | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const tile of candidates(sizes)) {
    if (workgroupBytes(tile) > bytes) continue;
    const keyTiles = Math.ceil(sizes.n / tile.queries) * Math.ceil(sizes.m / tile.keys) * tile.blocks;
    const cost =
      deviceCost * tileLoads(sizes, tile) + workgroupLoads(sizes, tile) + barrierCost * keyTiles * tile.slices;
    if (cost < least) {
      best = tile;
      least = cost;
    }
  }
  if (best) return best;
  throw new LimitError(`maxComputeWorkgroupStorageSize: ${bytes} bytes are too few for any tile`);
}

/** Fours of queries and of sums that a thread holds at most, and rows of them. */
const registerFours = 256;
const registerRowsMost = 8;

/** A tile of rows in registers; none where not even two of them have room. */
export function registerTile({ d, e }: TileSizes): Tile | undefined {
  const room = Math.floor(registerFours / (fours(d) + fours(e)));
  if (room < 2) return undefined;
  const registerRows = Math.min(registerRowsMost, 2 ** Math.floor(Math.log2(room)));
  const queries = registerRows * registerThreads;
  return { queries, keys: 16, slice: fours(d), slices: 1, block: fours(e), blocks: 1, registerRows };
}

function* candidates({ d, e }: TileSizes): Generator<Tile> {
  for (const slice of parts(fours(d))) {
    for (const block of parts(fours(e))) {
      for (const queries of [8, 16, 32]) {
        for (const keys of [8, 16, 32, 64]) {
          const rows = queries / lanes;
          if (rows * Math.ceil(block / lanes) > registersMost || (rows * keys) / lanes > registersMost) continue;
          yield {
            queries,
            keys,
            slice,
            slices: Math.ceil(fours(d) / slice),
            block,
            blocks: Math.ceil(fours(e) / block),
          };
        }
      }
    }
  }
}

/** Widths that a width can be cut into: all of it, halves, and so on down to 8. */
function parts(width: number): readonly number[] {
  const widths = [width];
  for (let cuts = 2; Math.ceil(width / cuts) >= 8; cuts *= 2) widths.push(Math.ceil(width / cuts));
  return widths;
}

import type { AttentionOutputs, ProblemSizes } from "@xattn/core";
import type { GpuLimits } from "../device/limits.ts";
import { LimitError } from "../errors/errors.ts";
import { partStep } from "../wgsl/attention.ts";
import { bytesOf } from "../wgsl/storage.ts";
import { lanes, type Tile } from "./tile.ts";
import type { ProblemTypes } from "./types.ts";

/** How much of each axis is on the device at a time. */
export interface Chunk {
  readonly batch: number;
  readonly keyHeads: number;
  readonly n: number;
  readonly m: number;
}

export interface ChunkNeeds {
  readonly sizes: ProblemSizes;
  readonly types: ProblemTypes;
  readonly tile: Tile;
  readonly biasShape?: readonly number[];
  readonly outputs: AttentionOutputs;
  readonly limits: GpuLimits;
}

/** Workgroups that a device should have at least, before keys are split to make more. */
const fewGroups = 64;
/** Tiles of keys that a workgroup takes at least when keys are split. */
const leastTiles = 4;

/** How keys are split over workgroups, so that few queries over many keys keep a device busy. */
export interface Splits {
  readonly splits: number;
  readonly tilesPerSplit: number;
}

export function splitKeys({ batch, heads, n, m }: ProblemSizes, tile: Tile): Splits {
  const keyTiles = Math.ceil(m / tile.keys);
  const groups = Math.ceil(n / tile.queries) * batch * heads * tile.blocks;
  const wanted = Math.min(Math.ceil(fewGroups / Math.max(1, groups)), Math.floor(keyTiles / leastTiles));
  const tilesPerSplit = Math.max(1, Math.ceil(keyTiles / Math.max(1, groups < fewGroups / 2 ? wanted : 1)));
  return { splits: Math.max(1, Math.ceil(keyTiles / tilesPerSplit)), tilesPerSplit };
}

/**
 * The whole problem, or as much of it as the device's limits allow: batch entries first, then heads, then the longer of
 * queries and keys are halved until each buffer fits. Queries and keys are cut between tiles.
 *
 * @throws LimitError when a single tile does not fit
 */
export function chooseChunk(needs: ChunkNeeds): Chunk {
  const { batch, keyHeads, n, m } = needs.sizes;
  let chunk: Chunk = { batch, keyHeads, n, m };
  for (;;) {
    const excess = firstExcess(needs, chunk);
    if (excess === undefined) return chunk;
    const smaller = halve(chunk, needs, excess.axes);
    if (!smaller) {
      throw new LimitError(`${excess.name}: one tile needs ${excess.need}, and the device allows ${excess.most}`);
    }
    chunk = smaller;
  }
}

interface Excess {
  readonly name: string;
  readonly need: number;
  readonly most: number;
  /** Axes that make it smaller when they are cut. */
  readonly axes: readonly (keyof Chunk)[];
}

function firstExcess(needs: ChunkNeeds, chunk: Chunk): Excess | undefined {
  const { sizes, types, tile, biasShape, outputs, limits } = needs;
  const { d, e, heads, keyHeads } = sizes;
  const group = keyHeads === 0 ? 0 : heads / keyHeads;
  const chunkHeads = chunk.keyHeads * group;
  const rows = chunk.batch * chunkHeads * chunk.n;
  const keyRows = chunk.batch * chunk.keyHeads * chunk.m;
  const most = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const keyChunks = Math.ceil(sizes.m / Math.max(1, chunk.m));
  const { splits } = splitKeys({ ...sizes, batch: chunk.batch, heads: chunkHeads, n: chunk.n, m: chunk.m }, tile);
  const parts = splits * keyChunks;
  const biasCount = biasShape ? biasAxes(biasShape, chunk, chunkHeads).reduce((product, axis) => product * axis, 1) : 0;
  const ofRows = ["batch", "keyHeads", "n"] as const;
  const ofKeys = ["batch", "keyHeads", "m"] as const;
  const ofBoth = ["batch", "keyHeads", "n", "m"] as const;
  const groups = limits.maxComputeWorkgroupsPerDimension;
  const needed: readonly Excess[] = [
    { name: "query", need: rows * d * bytesOf[types.query], most, axes: ofRows },
    { name: "output", need: rows * e * bytesOf[types.query], most, axes: ofRows },
    { name: "parts", need: parts > 1 ? parts * rows * partStep(e) * 16 : 0, most, axes: ofRows },
    { name: "key", need: keyRows * d * widest(types.key, types.pastKey), most, axes: ofKeys },
    { name: "value", need: keyRows * e * widest(types.value, types.pastValue), most, axes: ofKeys },
    { name: "bias", need: types.bias ? biasCount * bytesOf[types.bias] : 0, most, axes: ofBoth },
    { name: "weights", need: outputs.weights ? rows * chunk.m * 4 : 0, most, axes: ofBoth },
    {
      name: "tiles of queries",
      need: Math.ceil(chunk.n / (outputs.weights ? lanes : tile.queries)),
      most: groups,
      axes: ["n"],
    },
    { name: "heads of a batch", need: chunk.batch * chunkHeads, most: groups, axes: ["batch", "keyHeads"] },
    { name: "tiles of keys", need: outputs.weights ? Math.ceil(chunk.m / lanes) : 0, most: groups, axes: ["m"] },
  ];
  return needed.find(({ need, most }) => need > most);
}

/** Axes of a chunk's bias: those along which it is not broadcast. */
export function biasAxes(shape: readonly number[], chunk: Chunk, heads: number): readonly number[] {
  const axes = [...new Array<number>(4 - shape.length).fill(1), ...shape];
  const own = [chunk.batch, heads, chunk.n, chunk.m];
  return axes.map((axis, at) => (axis === 1 ? 1 : own[at]!));
}

function widest(...types: readonly (keyof typeof bytesOf | undefined)[]): number {
  return Math.max(...types.map((type) => (type ? bytesOf[type] : 0)));
}

function halve(chunk: Chunk, { tile }: ChunkNeeds, axes: readonly (keyof Chunk)[]): Chunk | undefined {
  if (axes.includes("batch") && chunk.batch > 1) return { ...chunk, batch: Math.ceil(chunk.batch / 2) };
  if (axes.includes("keyHeads") && chunk.keyHeads > 1) return { ...chunk, keyHeads: Math.ceil(chunk.keyHeads / 2) };
  const half = (length: number, tile: number) => Math.ceil(length / 2 / tile) * tile;
  const n = axes.includes("n") ? half(chunk.n, tile.queries) : chunk.n;
  const m = axes.includes("m") ? half(chunk.m, tile.keys) : chunk.m;
  if (n < chunk.n && (chunk.n >= chunk.m || m >= chunk.m)) return { ...chunk, n };
  return m < chunk.m ? { ...chunk, m } : undefined;
}

import type { Engine } from "../engine/engine.ts";
import { descriptorBytes, type ExactShape, scratchLayout } from "../exact/layout.ts";

/** Words that follow those of exact attention in a descriptor. */
export const topKWords = [
  /** Keys that a row keeps at most. */
  "kept",
  /** Candidates that a row has room for, a multiple of 8. */
  "capacity",
  /** Keys of the past, and where values lie, row by row. */
  "earlier",
  "earlierValues",
  "recentValues",
  "earlierValueBytes",
  "recentValueBytes",
] as const;

export type TopKWord = (typeof topKWords)[number];

export const topKWord = Object.fromEntries(topKWords.map((name, at) => [name, descriptorBytes + 4 * at])) as Readonly<
  Record<TopKWord, number>
>;

export const topKDescriptorBytes = descriptorBytes + 4 * topKWords.length;

/**
 * Candidates that a row has room for before the kept ones are selected from them: as many again as are kept, so that
 * the cost of selecting is shared by as many, and not many more than there are keys.
 */
export function capacityFor(kept: number, m: number): number {
  return Math.ceil(Math.min(kept + Math.max(kept, 32), m + 8) / 8) * 8;
}

export interface TopKScratch {
  /** Candidates of each row so far. */
  readonly counts: number;
  /** Of each row: scores up to it are out. */
  readonly thresholds: number;
  /** Ranks of a row's candidates, then their keys; rows are 8·capacity bytes apart. */
  readonly candidates: number;
}

/** What a thread keeps behind the scratch memory of exact attention. */
export function topKScratch(engine: Engine, shape: ExactShape): TopKScratch {
  const counts = scratchLayout(engine, shape).bytes;
  const words = Math.ceil(engine.tileRows / 16) * 64;
  return { counts, thresholds: counts + words, candidates: counts + 2 * words };
}

export function topKScratchBytes(engine: Engine, shape: ExactShape, capacity: number): number {
  return Math.ceil((topKScratch(engine, shape).candidates + engine.tileRows * 8 * capacity) / 64) * 64;
}

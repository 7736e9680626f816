import type { Heap } from "./heap.ts";

export interface ScratchMark {
  readonly block: number;
  readonly used: number;
  readonly inUse: number;
}

/** Memory for the length of one call, kept for the next one. */
export interface Scratch {
  /** Address of `bytes` bytes, a multiple of 64, until `release`. */
  take(bytes: number): number;
  /** What is taken from now on is free again after `rewind` to this mark, as after `release`. */
  mark(): ScratchMark;
  rewind(mark: ScratchMark): void;
  /** All that was taken is free again. */
  release(): void;
  /** Most bytes taken at one time since `resetPeak`. */
  readonly peakBytes: number;
  resetPeak(): void;
  /** Gives the kept memory back to the heap. */
  dispose(): void;
}

/**
 * Pieces come one after the other from a block of the heap; when it is used up another is added, and the next call
 * starts with one block that is large enough for all that was in use at one time.
 */
export function createScratch(heap: Heap): Scratch {
  let blocks: { readonly at: number; readonly bytes: number }[] = [];
  let current = 0;
  let used = 0;
  let inUse = 0;
  let peak = 0;
  let peakOfCall = 0;
  return {
    take(bytes) {
      const size = Math.ceil(bytes / 64) * 64;
      let block = blocks[current];
      while (!block || used + size > block.bytes) {
        if (block) current += 1;
        if (current === blocks.length) blocks.push({ at: heap.allocate(size), bytes: size });
        used = 0;
        block = blocks[current];
      }
      const at = block.at + used;
      used += size;
      inUse += size;
      peak = Math.max(peak, inUse);
      peakOfCall = Math.max(peakOfCall, inUse);
      return at;
    },
    mark: () => ({ block: current, used, inUse }),
    rewind(mark) {
      current = mark.block;
      used = mark.used;
      inUse = mark.inUse;
    },
    release() {
      if (blocks.length > 1) {
        for (const { at } of blocks) heap.free(at);
        blocks = [];
        blocks.push({ at: heap.allocate(peakOfCall), bytes: peakOfCall });
      }
      current = 0;
      used = 0;
      inUse = 0;
      peakOfCall = 0;
    },
    get peakBytes() {
      return peak;
    },
    resetPeak() {
      peak = inUse;
    },
    dispose() {
      for (const { at } of blocks) heap.free(at);
      blocks = [];
      current = 0;
      used = 0;
      inUse = 0;
    },
  };
}

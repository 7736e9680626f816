import type { Heap } from "./heap.ts";

/** Memory for the length of one call, kept for the next one. */
export interface Scratch {
  /** Address of `bytes` bytes, a multiple of 64, until `release`. */
  take(bytes: number): number;
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
 * starts with one block that is large enough for both.
 */
export function createScratch(heap: Heap): Scratch {
  let blocks: { readonly at: number; readonly bytes: number }[] = [];
  let used = 0;
  let inUse = 0;
  let peak = 0;
  return {
    take(bytes) {
      const size = Math.ceil(bytes / 64) * 64;
      let block = blocks.at(-1);
      if (!block || used + size > block.bytes) {
        block = { at: heap.allocate(size), bytes: size };
        blocks.push(block);
        used = 0;
      }
      const at = block.at + used;
      used += size;
      inUse += size;
      peak = Math.max(peak, inUse);
      return at;
    },
    release() {
      if (blocks.length > 1) {
        const bytes = blocks.reduce((sum, block) => sum + block.bytes, 0);
        for (const { at } of blocks) heap.free(at);
        blocks = [];
        blocks.push({ at: heap.allocate(bytes), bytes });
      }
      used = 0;
      inUse = 0;
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
      used = 0;
      inUse = 0;
    },
  };
}

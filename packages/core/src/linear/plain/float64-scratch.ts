import type { Allocate } from "./inputs.ts";

/** Floats to ask an allocator for so that `count` float64 elements fit, wherever its memory begins. */
export function float64Floats(count: number): number {
  return 2 * count + 1;
}

/** Float64 elements in an allocator's memory, which is aligned for float32 only. */
export function allocateFloat64(allocate: Allocate, count: number): Float64Array {
  const floats = allocate(float64Floats(count));
  const start = 8 * Math.ceil(floats.byteOffset / 8);
  return new Float64Array(floats.buffer, start, count);
}

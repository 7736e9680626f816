import type { Allocate } from "../plain/inputs.ts";

/** An allocator that counts, gives memory full of NaN so that a read before a write shows, and aligns to 4 bytes only. */
export function countingScratch(): { readonly allocate: Allocate; readonly floats: () => number } {
  let taken = 0;
  return {
    allocate: (floats) => {
      taken += floats;
      return new Float32Array(new ArrayBuffer(4 * floats + 4), 4, floats).fill(Number.NaN);
    },
    floats: () => taken,
  };
}

/** ‖actual − expected‖ / ‖expected‖. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [error, norm] = [0, 0];
  for (let index = 0; index < expected.length; index += 1) {
    error += (actual[index]! - expected[index]!) ** 2;
    norm += expected[index]! ** 2;
  }
  return Math.sqrt(error / norm);
}

/** The largest |actual − expected|; NaN when either holds one where the other does not. */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = 0;
  for (let index = 0; index < expected.length; index += 1) {
    if (Object.is(actual[index], expected[index])) continue;
    largest = Math.max(largest, Math.abs(actual[index]! - expected[index]!));
  }
  return largest;
}

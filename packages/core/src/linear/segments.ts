/** Where each of `count` nearly equal segments of `length` items begins; the last entry is `length`. */
export function segmentStarts(length: number, count: number): readonly number[] {
  return Array.from({ length: count + 1 }, (_, index) => Math.floor((index * length) / count));
}

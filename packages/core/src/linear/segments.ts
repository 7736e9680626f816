/** Where each of `count` nearly equal segments of `length` items begins; the last entry is `length`. */
export function segmentStarts(length: number, count: number): readonly number[] {
  return Array.from({ length: count + 1 }, (_, index) => Math.floor((index * length) / count));
}

/** The matrix [count, length] that takes the mean of each of `count` nearly equal segments. */
export function segmentMeanMatrix(length: number, count: number): Float64Array {
  const matrix = new Float64Array(count * length);
  const starts = segmentStarts(length, count);
  for (let row = 0; row < count; row += 1) {
    const [from, to] = [starts[row]!, starts[row + 1]!];
    matrix.fill(1 / (to - from), row * length + from, row * length + to);
  }
  return matrix;
}

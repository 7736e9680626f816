/** Σ over `width` elements of left[leftStart + c]·right[rightStart + c]. */
export function dotAt(
  left: Float64Array,
  leftStart: number,
  right: Float64Array,
  rightStart: number,
  width: number,
): number {
  let sum = 0;
  for (let column = 0; column < width; column += 1) sum += left[leftStart + column]! * right[rightStart + column]!;
  return sum;
}

/** target[targetStart + c] += factor·source[sourceStart + c] for `width` elements. */
export function addScaled(
  target: Float64Array,
  targetStart: number,
  factor: number,
  source: Float64Array,
  sourceStart: number,
  width: number,
): void {
  for (let column = 0; column < width; column += 1) {
    target[targetStart + column]! += factor * source[sourceStart + column]!;
  }
}

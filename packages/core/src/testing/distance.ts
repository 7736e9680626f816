/**
 * ‖actual − expected‖ / ‖expected‖, and NaN where one has what the other has not. Expected norms are taken as at least
 * `rms` an element: a difference of numbers of that size may cancel to nearly nothing.
 */
export function relativeDistance(actual: ArrayLike<number>, expected: ArrayLike<number>, rms = 0): number {
  if (actual.length !== expected.length) return Number.NaN;
  let difference = 0;
  let norm = 0;
  for (let index = 0; index < expected.length; index += 1) {
    const left = actual[index]!;
    const right = expected[index]!;
    if (left === right) {
      if (Number.isFinite(right)) norm += right * right;
      continue;
    }
    difference += (left - right) ** 2;
    norm += right * right;
  }
  const floor = expected.length * rms * rms;
  return difference === 0 ? 0 : Math.sqrt(difference / Math.max(norm, floor));
}

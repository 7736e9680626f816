/**
 * ‖actual − expected‖ / ‖expected‖ in the Euclidean norm; ‖actual‖ when expected is zero throughout.
 *
 * @param actual as many elements as `expected`
 * @returns NaN when any element of either is NaN
 * @throws RangeError when the lengths differ
 */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) {
    throw new RangeError(`actual: has ${actual.length} elements, and expected has ${expected.length}`);
  }
  let difference = 0;
  let norm = 0;
  for (let index = 0; index < expected.length; index += 1) {
    const wanted = expected[index]!;
    difference += (actual[index]! - wanted) ** 2;
    norm += wanted ** 2;
  }
  return Math.sqrt(norm === 0 ? difference : difference / norm);
}

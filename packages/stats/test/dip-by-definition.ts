/**
 * The dip straight from its definition, by bisection on the distance D: is there, for some mode at a data point, a
 * function convex before it and concave after it, within D of the empirical distribution function? O(n³), independent
 * of the production algorithm.
 */
export function dipByDefinition(samples: readonly number[]): number {
  const points = [...new Set(samples)].sort((a, b) => a - b);
  if (points.length === 1) return 0;
  const shareBelow = points.map((x) => samples.filter((s) => s < x).length / samples.length);
  const shareUpTo = points.map((x) => samples.filter((s) => s <= x).length / samples.length);
  const mirrored = points.map((x) => -x).reverse();
  const mirroredBelow = shareUpTo.map((p) => 1 - p).reverse();
  const mirroredUpTo = shareBelow.map((p) => 1 - p).reverse();
  const fits = (distance: number) =>
    points.some((_, mode) => {
      const before = leastEnd(points, shareBelow, shareUpTo, mode, distance);
      const after = leastEnd(mirrored, mirroredBelow, mirroredUpTo, points.length - 1 - mode, distance);
      return before <= 1 - after + 1e-14;
    });
  let low = 0;
  let high = 0.5;
  for (let step = 0; step < 45; step++) {
    const middle = (low + high) / 2;
    if (fits(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Least value just before the mode of a convex function inside the band; infinite if there is none. */
function leastEnd(points: number[], below: number[], upTo: number[], mode: number, distance: number): number {
  const upper = (i: number) => below[i]! + distance;
  const lower = (i: number) => (i === mode ? below[i]! : upTo[i]!) - distance;
  let end = lower(mode);
  for (let j = 0; j < mode; j++) {
    if (lower(j) > upper(j)) return Number.POSITIVE_INFINITY;
    end = Math.max(end, lower(j));
    for (let i = 0; i < j; i++) {
      const slope = (lower(j) - upper(i)) / (points[j]! - points[i]!);
      end = Math.max(end, lower(j) + slope * (points[mode]! - points[j]!));
      for (let k = j + 1; k < mode; k++) {
        if (lower(j) + slope * (points[k]! - points[j]!) > upper(k)) return Number.POSITIVE_INFINITY;
      }
    }
  }
  return end <= upper(mode) ? end : Number.POSITIVE_INFINITY;
}

import { labelWidth } from "./ticks.ts";

const LINE_HEIGHT = 14;
const FARTHEST = 12;
const MOST_LABELS = 6;

export interface LineEnd {
  readonly name: string;
  /** Place of the last point, in pixels from the low ends of the axes. */
  readonly x: number;
  readonly y: number;
}

/**
 * Places for the names of lines right of their ends: moved apart where they would touch, or nothing when there are too
 * many, when lines end at different x, or when a name would have to move away from its line.
 */
export function placeLabels(ends: readonly LineEnd[]): ReadonlyMap<string, number> | undefined {
  if (ends.length < 1 || ends.length > MOST_LABELS) return undefined;
  if (ends.some(({ name }) => labelWidth(name) > 180)) return undefined;
  const rightmost = Math.max(...ends.map(({ x }) => x));
  if (ends.some(({ x }) => rightmost - x > 4)) return undefined;
  const sorted = [...ends].sort((a, b) => a.y - b.y || (a.name < b.name ? -1 : 1));
  const places = spread(sorted.map(({ y }) => y));
  if (places.some((place, index) => Math.abs(place - sorted[index]!.y) > FARTHEST)) return undefined;
  return new Map(sorted.map(({ name }, index) => [name, places[index]!]));
}

/** Ascending places at least a line apart, each cluster centred on the mean of what it holds. */
function spread(wanted: readonly number[]): readonly number[] {
  const clusters: { center: number; count: number }[] = [];
  for (const place of wanted) {
    clusters.push({ center: place, count: 1 });
    while (clusters.length > 1) {
      const [below, above] = clusters.slice(-2) as [(typeof clusters)[0], (typeof clusters)[0]];
      if (above.center - below.center >= ((below.count + above.count) / 2) * LINE_HEIGHT) break;
      const count = below.count + above.count;
      clusters.splice(-2, 2, { center: (below.center * below.count + above.center * above.count) / count, count });
    }
  }
  return clusters.flatMap(({ center, count }) =>
    Array.from({ length: count }, (_, index) => center + (index - (count - 1) / 2) * LINE_HEIGHT),
  );
}

import { type Point, partition } from "./point.ts";

/** How many points a chart draws at most. */
export const MOST_POINTS = 5000;

/**
 * At most `most` of the points: of every series, in the order of the points, its first, its last and evenly spaced ones
 * between, in proportion to its length. The same points in, the same points out.
 */
export function thin(points: readonly Point[], series: readonly string[], most = MOST_POINTS): readonly Point[] {
  if (points.length <= most) return points;
  const parts = [...partition(points, series).values()];
  const kept = parts.flatMap((part) => evenly(part, Math.max(1, Math.floor((part.length * most) / points.length))));
  return kept.length <= most ? kept : evenly(kept, most);
}

/** `count` evenly spaced items, the first and the last among them when there are two or more. */
export function evenly<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  if (count <= 1) return items.slice(0, count);
  return Array.from({ length: count }, (_, index) => items[Math.round((index * (items.length - 1)) / (count - 1))]!);
}

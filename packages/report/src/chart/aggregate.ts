import { ChartError } from "../errors/errors.ts";
import type { Field } from "./fields.ts";
import { type Point, partition } from "./point.ts";

type Aggregate = NonNullable<Field["definition"]["aggregate"]>;

/** One number for many, for display; `values` holds at least one. */
export function aggregateValues(values: readonly number[], aggregate: Aggregate): number {
  switch (aggregate) {
    case "count":
      return values.length;
    case "sum":
      return values.reduce((sum, value) => sum + value, 0);
    case "mean":
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    case "min":
      return values.reduce((least, value) => Math.min(least, value));
    case "max":
      return values.reduce((most, value) => Math.max(most, value));
    case "median": {
      const sorted = [...values].sort((a, b) => a - b);
      const middle = sorted.length >> 1;
      return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
    }
  }
}

/** One point for each combination of `keys`, with `targets` aggregated over the points that share it. */
export function aggregatePoints(
  points: readonly Point[],
  keys: readonly string[],
  targets: readonly { readonly name: string; readonly source: string | undefined; readonly aggregate: Aggregate }[],
): Point[] {
  return [...partition(points, keys).values()].map((part) => {
    const kept = keys.map((key) => [key, part[0]![key] ?? null] as const);
    const aggregated = targets.map(({ name, source, aggregate }) => {
      const values = source === undefined ? part.map(() => 1) : part.map((point) => Number(point[source]));
      return [name, aggregateValues(values, aggregate)] as const;
    });
    return Object.fromEntries([...kept, ...aggregated]);
  });
}

/** The names that hold the borders of a binned channel. */
export function binNames(field: Field): readonly [low: string, high: string] {
  return [`_${field.channel}Low`, `_${field.channel}High`];
}

/** Points with the borders of their bin on `field`: at most `maxbins` bins, with a width of 1, 2 or 5 times 10^k. */
export function binPoints(points: readonly Point[], field: Field): Point[] {
  if (field.channel !== "x" && field.channel !== "y") {
    throw new ChartError(`channel ${field.channel} bins "${field.name}"; only x and y can be binned`);
  }
  const { bin } = field.definition;
  const most = typeof bin === "object" ? bin.maxbins : 20;
  const values = points.map((point) => Number(point[field.name]));
  const [least, greatest] = [aggregateValues(values, "min"), aggregateValues(values, "max")];
  const step = niceStep((greatest - least || Math.abs(least) || 1) / most);
  const [low, high] = binNames(field);
  return points.map((point, index) => {
    const bottom = Math.floor(values[index]! / step + 1e-9);
    return { ...point, [low]: round(bottom * step), [high]: round((bottom + 1) * step) };
  });
}

/** The smallest of 1, 2 and 5 times 10^k that is at least `step`. */
export function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step) + 1e-12);
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= step * (1 - 1e-9))!;
  return round(factor * power);
}

/** Without the noise of binary fractions: 0.30000000000000004 is 0.3. */
export function round(value: number): number {
  return Number(value.toPrecision(12));
}

import type { Row } from "@xattn/runner";

export type Value = Row[string];

/** What is drawn at one place: the encoded fields, and underscored ones that only the drawing knows. */
export type Point = Readonly<Record<string, Value>>;

/** Which layer a point belongs to: all layers share one data source, so that facets divide them alike. */
export const PART = "_part";

/** A specification of vega-lite, data included. */
export type VegaLiteSpec = Readonly<Record<string, unknown>>;

/** Distinct values in the order a reader expects: numbers by size, then text, then booleans. */
export function distinct(values: Iterable<Value>): Value[] {
  const rank = (value: Value) => (typeof value === "number" ? 0 : typeof value === "string" ? 1 : 2);
  return [...new Set(values)].sort((a, b) => {
    if (rank(a) !== rank(b)) return rank(a) - rank(b);
    return a === b ? 0 : a! < b! ? -1 : 1;
  });
}

/** A key that two points share exactly when they agree in all `fields`. */
export function keyOf(point: Point, fields: readonly string[]): string {
  return JSON.stringify(fields.map((field) => point[field] ?? null));
}

/** Points by the values of `fields`, in order of appearance. */
export function partition(points: readonly Point[], fields: readonly string[]): Map<string, Point[]> {
  const parts = new Map<string, Point[]>();
  for (const point of points) {
    const key = keyOf(point, fields);
    const part = parts.get(key);
    if (part === undefined) parts.set(key, [point]);
    else part.push(point);
  }
  return parts;
}

/** The name of a field as vega-lite reads it: dots and brackets would be paths. */
export function fieldPath(name: string): string {
  return name.replace(/[.[\]\\']/g, "\\$&");
}

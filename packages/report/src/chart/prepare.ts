import type { Channel, ChartSpec, PowerLawResult, Row, RunData } from "@xattn/runner";
import { aggregatePoints, binNames, binPoints } from "./aggregate.ts";
import { FACET_CHANNELS, type Field, type Fields } from "./fields.ts";
import { fitCurves, fitsNamed } from "./fit-curve.ts";
import { distinct, keyOf, type Point, partition } from "./point.ts";
import { isLog } from "./scale.ts";
import { listOf } from "./text.ts";
import { thin } from "./thin.ts";

/** What a chart draws, before anything is said about how. */
export interface Prepared {
  readonly points: readonly Point[];
  readonly curves: readonly (readonly Point[])[];
  /** Fields that tell lines apart besides those that are encoded. */
  readonly details: readonly string[];
  /** Axes of the sweep that the points differ in. */
  readonly varying: readonly string[];
  /** Columns with the interval of the value channel. */
  readonly interval: { readonly low: string; readonly high: string } | undefined;
  /** What the reader must know about points that are not drawn, or stand for many. */
  readonly notes: readonly string[];
}

/** The channel along which values are measured: y, unless only x is quantitative. */
export function valueChannel(fields: Fields): "x" | "y" {
  return fields.get("y")?.type !== "quantitative" && fields.get("x")?.type === "quantitative" ? "x" : "y";
}

export function prepare(chart: ChartSpec, fields: Fields, data: RunData, rows: readonly Row[]): Prepared {
  const notes: string[] = [];
  const axes = data.columns.filter(({ role }) => role === "axis").map(({ name }) => name);
  const aggregated = [...fields.values()].some(({ definition }) => definition.aggregate !== undefined);
  const interval = aggregated ? undefined : intervalOf(fields, data);
  const drawable = drawablePoints(fields, axes, interval, rows, notes);
  if (drawable.length === 0) return { points: [], curves: [], details: [], varying: [], interval, notes };

  const summed = aggregated ? aggregateBy(fields, drawable) : mergeSlots(chart, fields, axes, drawable, notes);
  const merged = summed !== drawable;
  const varying = axes.filter((axis) => summed.some((point) => (point[axis] ?? null) !== (summed[0]![axis] ?? null)));
  const series = discreteNames(fields);
  const details = merged ? [] : detailsOf(chart, fields, series, varying, summed, notes);
  const curves = merged ? [] : curvesOf(chart, fields, data, summed, [...series, ...details], varying);
  if (curves.length > 0) notes.push(`Dashed: the fit ${formula(fitsNamed(data, chart.fit!)[0]!)}.`);
  const points = thin(summed, [...series, ...details]);
  if (points.length < summed.length)
    notes.push(`${points.length} of ${summed.length} points are drawn, evenly spaced.`);
  return { points, curves, details, varying, interval: merged ? undefined : interval, notes };
}

function intervalOf(fields: Fields, data: RunData): Prepared["interval"] {
  const field = fields.get(valueChannel(fields));
  if (field === undefined || field.type !== "quantitative") return undefined;
  const [low, high] = [`${field.name}Low`, `${field.name}High`];
  const has = (name: string) => data.columns.some((column) => column.name === name);
  return has(low) && has(high) ? { low, high } : undefined;
}

/** A point for each row that has a value for every channel, and a place for it on every scale. */
function drawablePoints(
  fields: Fields,
  axes: readonly string[],
  interval: Prepared["interval"],
  rows: readonly Row[],
  notes: string[],
): readonly Point[] {
  const encoded = [...fields.values()].filter(({ definition }) => definition.field !== undefined);
  const names = new Set([...encoded.map(({ definition }) => definition.field!), ...axes]);
  const bounds = interval === undefined ? [] : [interval.low, interval.high];
  const lowest = isLogValue(fields) ? 0 : Number.NEGATIVE_INFINITY;
  let beyond = 0;
  const points = rows.flatMap((row) => {
    for (const field of encoded) {
      const value = row[field.definition.field!] ?? null;
      if (value === null || (typeof value === "number" && !Number.isFinite(value))) return [];
      if (field.type !== "quantitative" || field.definition.aggregate === "count") continue;
      if (typeof value !== "number") return [];
      if (isLog(field) && value <= 0) {
        beyond += 1;
        return [];
      }
    }
    const point: Record<string, Row[string]> = {};
    for (const name of names) point[name] = row[name] ?? null;
    for (const name of bounds) point[name] = finiteAbove(row[name], lowest);
    return [point];
  });
  if (beyond > 0)
    notes.push(`${beyond} ${beyond === 1 ? "row has" : "rows have"} no place on a logarithmic axis (≤ 0).`);
  return points;
}

function isLogValue(fields: Fields): boolean {
  const field = fields.get(valueChannel(fields));
  return field !== undefined && isLog(field);
}

function finiteAbove(value: Row[string] | undefined, lowest: number): number | null {
  return typeof value === "number" && Number.isFinite(value) && value > lowest ? value : null;
}

/** Names of the fields that divide points into series and facets. */
function discreteNames(fields: Fields): readonly string[] {
  const dividing: readonly Channel[] = ["color", "shape", "strokeDash", "detail", "opacity", "size", ...FACET_CHANNELS];
  return dividing.flatMap((channel) => {
    const field = fields.get(channel);
    return field !== undefined && field.definition.aggregate === undefined ? [field.name] : [];
  });
}

function aggregateBy(fields: Fields, points: readonly Point[]): readonly Point[] {
  const all = [...fields.values()];
  const targets = all.filter(({ definition }) => definition.aggregate !== undefined);
  const binned = all.filter(({ definition }) => definition.bin);
  const withBins = binned.reduce<readonly Point[]>((list, field) => binPoints(list, field), points);
  const keys = all
    .filter(({ definition }) => definition.aggregate === undefined)
    .flatMap((field) => (field.definition.bin ? binNames(field) : [field.name]));
  return aggregatePoints(
    withBins,
    [...new Set(keys)],
    targets.map(({ name, definition }) => ({ name, source: definition.field, aggregate: definition.aggregate! })),
  );
}

/** Bars and cells have one place each: where several points share one, their median is drawn, and the notes say so. */
function mergeSlots(
  chart: ChartSpec,
  fields: Fields,
  axes: readonly string[],
  points: readonly Point[],
  notes: string[],
): readonly Point[] {
  if (chart.mark !== "bar" && chart.mark !== "rect") return points;
  const values = [...fields.values()].filter(({ type, channel }) => {
    return type === "quantitative" && (chart.mark === "rect" || channel === valueChannel(fields));
  });
  const keys = [...fields.values()].filter((field) => !values.includes(field)).map(({ name }) => name);
  const slots = partition(points, keys);
  if (slots.size === points.length || values.length === 0) return points;
  const over = axes.filter((axis) =>
    [...slots.values()].some((slot) => distinct(slot.map((p) => p[axis]!)).length > 1),
  );
  const targets = values.map(({ name }) => ({ name, source: name, aggregate: "median" as const }));
  notes.push(`Median over ${over.length > 0 ? listOf(over) : "the rows that share a place"}.`);
  return aggregatePoints(points, keys, targets);
}

/** A line must not run back and forth: axes that make it do so divide it. */
function detailsOf(
  chart: ChartSpec,
  fields: Fields,
  series: readonly string[],
  varying: readonly string[],
  points: readonly Point[],
  notes: string[],
): readonly string[] {
  if (chart.mark !== "line" && chart.mark !== "area") return [];
  const along = fields.get(valueChannel(fields) === "y" ? "x" : "y");
  const slot = [...series, ...(along === undefined ? [] : [along.name])];
  const encoded = [...fields.values()].map(({ name }) => name);
  if (new Set(points.map((point) => keyOf(point, slot))).size === points.length) return [];
  const slots = [...partition(points, slot).values()];
  const details = varying.filter((axis) => {
    return !encoded.includes(axis) && slots.some((part) => part.some((point) => point[axis] !== part[0]![axis]));
  });
  if (details.length > 0) notes.push(`One line for each ${listOf(details)}.`);
  return details;
}

function curvesOf(
  chart: ChartSpec,
  fields: Fields,
  data: RunData,
  points: readonly Point[],
  series: readonly string[],
  varying: readonly string[],
): readonly (readonly Point[])[] {
  const [x, y] = [fields.get("x"), fields.get("y")];
  if (chart.fit === undefined || x?.type !== "quantitative" || y?.type !== "quantitative") return [];
  const fits = fitsNamed(data, chart.fit).filter(({ column }) => column === y.name);
  const needed = fits.flatMap(({ exponents, group }) => [...Object.keys(exponents), ...Object.keys(group)]);
  const apart = varying.filter((axis) => axis !== x.name && needed.includes(axis));
  const by = [...new Set([...series, ...apart])];
  return fitCurves(points, by, fits, { name: x.name, log: isLog(x) }, { name: y.name, log: isLog(y) });
}

const EXPONENTS = ["ᵅ", "ᵝ", "ᵞ", "ᵟ"];

function formula(fit: PowerLawResult): string {
  const names = Object.keys(fit.exponents);
  const powers = names.map((name, index) => name + (EXPONENTS[index] ?? "ˣ"));
  return `${fit.column} = c₀ + c·${powers.join("·")}`;
}

/** Whether a field's values come in bins. */
export function isBinned(field: Field): boolean {
  return Boolean(field.definition.bin);
}

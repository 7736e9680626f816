import type { ChartSpec } from "@xattn/runner";
import { binNames } from "./aggregate.ts";
import type { Encoding } from "./color.ts";
import { ordered } from "./facet.ts";
import type { Field, Fields } from "./fields.ts";
import { fieldPath, type Point, type Value } from "./point.ts";
import { isBinned, type Prepared } from "./prepare.ts";
import { type ContinuousScale, planScale, tickOptions } from "./scale.ts";
import { labelWidth } from "./ticks.ts";

/** The encoding of x or y, with what the other layers need to find their places. */
export interface Position {
  readonly field: Field;
  readonly encoding: Encoding;
  /** The far end of a bin. */
  readonly second: Encoding | undefined;
  readonly continuous: ContinuousScale | undefined;
  readonly domain: readonly Value[];
}

/** How many places a discrete axis has; 0 for a continuous one. */
export function placesOf(field: Field | undefined, points: readonly Point[]): number {
  if (field === undefined || field.type === "quantitative") return 0;
  return new Set(points.map((point) => point[field.name])).size;
}

/** `length` is that of the axis in pixels. */
export function planPosition(
  channel: "x" | "y",
  chart: ChartSpec,
  fields: Fields,
  prepared: Prepared,
  length: number,
): Position | undefined {
  const field = fields.get(channel);
  if (field === undefined) return undefined;
  return field.type === "quantitative"
    ? continuousPosition(channel, chart, field, prepared, length)
    : discretePosition(channel, field, prepared.points, length);
}

function discretePosition(channel: "x" | "y", field: Field, points: readonly Point[], length: number): Position {
  const { scale = {}, axis } = field.definition;
  const values = ordered(
    field,
    points.map((point) => point[field.name] ?? null),
  );
  const domain =
    channel === "y" && field.type === "ordinal" && field.definition.sort === undefined ? [...values].reverse() : values;
  const widest = Math.max(...domain.map((value) => labelWidth(String(value))));
  const room = length / domain.length;
  // Names are turned where they would touch; numbers stay level and are left out between others.
  const level = channel === "y" || field.type === "ordinal" || widest + 4 <= room;
  const needed = channel === "x" && level ? widest + 4 : 14;
  const every = Math.max(1, Math.ceil(needed / room));
  const some = every > 1 ? { values: domain.filter((_, index) => index % every === 0) } : {};
  const labels = { labelAngle: level ? 0 : -40, labelLimit: 180, grid: false, ...some };
  const { type } = scale;
  return {
    field,
    encoding: {
      field: fieldPath(field.name),
      type: field.type,
      title: field.title,
      scale: { domain, ...(type === "band" || type === "point" ? { type } : {}) },
      axis: axis === null ? null : { ...labels, ...axis },
    },
    second: undefined,
    continuous: undefined,
    domain,
  };
}

function continuousPosition(
  channel: "x" | "y",
  chart: ChartSpec,
  field: Field,
  { points, curves, interval }: Prepared,
  length: number,
): Position {
  const binned = isBinned(field);
  const names = binned ? binNames(field) : [field.name];
  const bounds = interval?.low === `${field.name}Low` ? [interval.low, interval.high] : [];
  const references = (chart.references ?? []).filter((reference) => reference.channel === channel);
  const log = field.definition.scale?.type === "log";
  const values = [...points, ...curves.flat()]
    .flatMap((point) => [...names, ...bounds].map((name) => point[name]))
    .concat(references.map(({ value }) => value))
    .filter((value): value is number => typeof value === "number" && (!log || value > 0));
  const standing = (chart.mark === "bar" || chart.mark === "area") && !binned && channel === valueSide(chart, field);
  const { axis, scale = {} } = field.definition;
  const base = { field: fieldPath(names[0]!), type: "quantitative", ...(binned ? { bin: { binned: true } } : {}) };
  const second = binned ? { field: fieldPath(names[1]!) } : undefined;
  if (scale.type === "sqrt" || scale.type === "symlog") {
    const encoding = { ...base, title: field.title, scale, axis: axis === null ? null : { format: "~s", ...axis } };
    return { field, encoding, second, continuous: undefined, domain: [] };
  }
  const plan = planScale(field, values, length, channel === "x" ? "horizontal" : "vertical", standing);
  const ticks = axis?.format === undefined && axis?.values === undefined ? tickOptions(plan.ticks) : {};
  return {
    field,
    encoding: { ...base, title: plan.title, scale: plan.scale, axis: axis === null ? null : { ...ticks, ...axis } },
    second,
    continuous: plan,
    domain: [],
  };
}

/** Bars and areas stand on the axis of their value: x only when y is no quantity. */
function valueSide(chart: ChartSpec, field: Field): "x" | "y" {
  return field.channel === "x" && chart.encoding.y?.type !== undefined && chart.encoding.y.type !== "quantitative"
    ? "x"
    : "y";
}

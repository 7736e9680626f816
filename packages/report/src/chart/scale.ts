import { hasOwnSteps } from "../format/unit.ts";
import { aggregateValues } from "./aggregate.ts";
import type { Field } from "./fields.ts";
import { linearTicks, logTicks, type Orientation, type Tick } from "./ticks.ts";

/** A continuous axis: what vega-lite is told, and where a value comes to lie. */
export interface ContinuousScale {
  readonly domain: readonly [number, number];
  readonly scale: Readonly<Record<string, unknown>>;
  readonly ticks: readonly Tick[];
  readonly title: string | null;
  /** Place of a value between 0 (the low end) and 1. */
  readonly place: (value: number) => number;
  readonly at: (place: number) => number;
}

export function isLog(field: Field): boolean {
  return field.definition.scale?.type === "log";
}

/**
 * The scale of a quantitative field over `values`, `length` pixels long. A logarithmic scale has base 2 when asked for
 * or when all values are powers of two, and some room at its ends. `fromZero` is for marks that stand on the axis.
 */
export function planScale(
  field: Field,
  values: readonly number[],
  length: number,
  orientation: Orientation,
  fromZero: boolean,
): ContinuousScale {
  const { scale = {} } = field.definition;
  const bounds = [aggregateValues(values, "min"), aggregateValues(values, "max")] as const;
  const fixed = fixedDomain(scale.domain);
  const extra = { ...(scale.reverse === undefined ? {} : { reverse: scale.reverse }), nice: false, zero: false };
  if (scale.type === "log") {
    const base = scale.base ?? (values.every((value) => Number.isInteger(Math.log2(value))) ? 2 : 10);
    const domain = fixed ?? padLog(bounds, fromZero);
    const ticks = logTicks(domain[0], domain[1], length, orientation, base, field.unit);
    const ratio = Math.log(domain[1] / domain[0]);
    // Ticks such as "10 µs" bring their unit; a second one in the title would contradict them.
    const ownUnit = field.definition.title === undefined && hasOwnSteps(field.unit);
    return {
      domain,
      scale: { ...extra, type: "log", base, domain, zero: undefined },
      ticks,
      title: ownUnit ? field.label : field.title,
      place: (value) => Math.log(value / domain[0]) / ratio,
      at: (place) => domain[0] * Math.exp(place * ratio),
    };
  }
  const zero = scale.zero ?? (fromZero || (bounds[0] >= 0 && bounds[0] < bounds[1] / 2));
  const [low, high] = zero ? [Math.min(0, bounds[0]), Math.max(0, bounds[1])] : bounds;
  const planned = linearTicks(fixed?.[0] ?? low, fixed?.[1] ?? high, length, orientation);
  const domain = fixed ?? (scale.nice === false && low < high ? ([low, high] as const) : planned.domain);
  return {
    domain,
    scale: { ...extra, ...(scale.type === undefined ? {} : { type: scale.type }), domain },
    ticks: planned.ticks.filter(({ value }) => value >= domain[0] && value <= domain[1]),
    title: field.title,
    place: (value) => (value - domain[0]) / (domain[1] - domain[0]),
    at: (place) => domain[0] + place * (domain[1] - domain[0]),
  };
}

function fixedDomain(domain: readonly (number | string)[] | undefined): readonly [number, number] | undefined {
  const [low, high] = domain ?? [];
  return typeof low === "number" && typeof high === "number" && low < high ? [low, high] : undefined;
}

/** Some room at both ends, and more below marks that stand on the axis, so that the least of them has a height. */
function padLog([low, high]: readonly [number, number], standing: boolean): readonly [number, number] {
  const room = low === high ? 2 : (high / low) ** 0.05;
  return [standing ? low / Math.max(room, (high / low) ** 0.15) : low / room, high * room];
}

/** Options of an axis or a legend that show exactly these ticks. */
export function tickOptions(ticks: readonly Tick[]): Readonly<Record<string, unknown>> {
  const labels = Object.fromEntries(ticks.map(({ value, label }) => [String(value), label]));
  return {
    values: ticks.map(({ value }) => value),
    labelExpr: `${JSON.stringify(labels)}[datum.value]`,
    labelOverlap: false,
  };
}

import type { Measure, Value } from "@xattn/measures/contract";
import { InputError, notOneOf } from "../errors/errors.ts";
import { checkValue, needs } from "./check-value.ts";
import type { Product } from "./normalize.ts";
import type { Overrides } from "./overrides.ts";

interface Sources {
  readonly file: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly profile: Readonly<Record<string, unknown>>;
  readonly overrides: Overrides;
  readonly includes: readonly Product[];
}

/**
 * Every axis is a parameter of some measure, every parameter that a measure cannot do without is an axis, and
 * every value is one that all measures which read it accept.
 *
 * @throws InputError naming the axis, the value and the values allowed
 */
export function checkAxes(axes: Product, measures: readonly Measure[], sources: Sources): void {
  const known = [
    ...new Set([...Object.keys(sources.spec), ...measures.flatMap((measure) => Object.keys(measure.parameters))]),
  ];
  const place = (axis: string) => {
    if (Object.hasOwn(sources.overrides, axis)) return `command line, ${axis}`;
    if (Object.hasOwn(sources.profile, axis)) return `${sources.file}, profile axis ${axis}`;
    return `${sources.file}, axis ${axis}`;
  };
  for (const [axis, values] of Object.entries(axes)) checkAxis(axis, values, place(axis), known, measures);
  for (const [index, include] of sources.includes.entries()) {
    for (const [axis, values] of Object.entries(include)) {
      const where = `${sources.file}, include[${index}].${axis}`;
      if (!Object.hasOwn(axes, axis)) throw new InputError(`${where}: ${notOneOf(axis, Object.keys(axes))}`);
      checkAxis(axis, values, where, known, measures);
    }
  }
  for (const measure of measures) {
    for (const [parameter, schema] of Object.entries(measure.parameters)) {
      if (!Object.hasOwn(axes, parameter) && !schema.safeParse(undefined).success) {
        throw new InputError(
          `${sources.file}, axes: the measure ${measure.name} needs the axis "${parameter}" (${needs(schema)}); give it at least one value.`,
        );
      }
    }
  }
}

function checkAxis(
  axis: string,
  values: readonly Value[],
  place: string,
  known: readonly string[],
  measures: readonly Measure[],
): void {
  const readers = measures.filter((measure) => Object.hasOwn(measure.parameters, axis));
  if (readers.length === 0) {
    throw new InputError(`${place}: there is no such axis: ${notOneOf(axis, known)}`);
  }
  if (values.length === 0) throw new InputError(`${place}: the list of values is empty; give at least one.`);
  const seen = new Set<Value>();
  for (const value of values) {
    checkValue(axis, value, readers, place);
    if (seen.has(value)) throw new InputError(`${place}: the value ${JSON.stringify(value)} is listed twice.`);
    seen.add(value);
  }
}

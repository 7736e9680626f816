import type { Measure, TimedMeasure } from "@xattn/measures/contract";
import { InputError, notOneOf } from "../errors/errors.ts";
import { columnName } from "../security/check-manifest.ts";
import { checkValue } from "./check-value.ts";

/** @throws InputError when something in the list is not a measure, or two share a name or a column */
export function checkMeasures(candidates: readonly unknown[], file: string): readonly Measure[] {
  const columns = new Map<string, string>();
  const names = new Set<string>();
  return candidates.map((candidate, index) => {
    const place = `${file}, measures[${index}]`;
    if (!isMeasure(candidate)) throw new InputError(`${place}: is not a measure; call it, as in time() or cost().`);
    if (names.has(candidate.name)) throw new InputError(`${place}: the measure ${candidate.name} is listed twice.`);
    names.add(candidate.name);
    for (const name of [candidate.name, ...Object.keys(candidate.columns), ...Object.keys(candidate.parameters)]) {
      if (!columnName.test(name) || name in Object.prototype) {
        throw new InputError(`${place}: "${name}" cannot be a column; use letters, digits, underscores and hyphens.`);
      }
    }
    for (const column of Object.keys(candidate.columns)) {
      const other = columns.get(column);
      if (other)
        throw new InputError(`${place}: the column ${column} of ${candidate.name} is already one of ${other}.`);
      columns.set(column, candidate.name);
    }
    if (candidate.kind === "timed") checkTimed(candidate, place);
    return candidate;
  });
}

function checkTimed(measure: TimedMeasure, place: string): void {
  if (Object.keys(measure.columns).length !== 1) {
    throw new InputError(`${place}: the timed measure ${measure.name} needs exactly one column.`);
  }
  for (const [axis, value] of Object.entries(measure.baseline ?? {})) {
    if (!measure.arms.includes(axis)) {
      throw new InputError(`${place}, baseline: ${notOneOf(axis, measure.arms)} A baseline is one of the arms.`);
    }
    checkValue(axis, value, [measure], `${place}, baseline.${axis}`);
  }
}

function isMeasure(value: unknown): value is Measure {
  if (!isRecord(value)) return false;
  const { name, version, kind, columns, parameters, exclusive } = value;
  return (
    typeof name === "string" &&
    name !== "" &&
    Number.isInteger(version) &&
    isRecord(columns) &&
    Object.values(columns).every(isColumn) &&
    isRecord(parameters) &&
    Object.values(parameters).every((schema) => isRecord(schema) && typeof schema.safeParse === "function") &&
    typeof exclusive === "boolean" &&
    ((kind === "direct" && typeof value.run === "function") ||
      (kind === "timed" &&
        typeof value.prepare === "function" &&
        Array.isArray(value.arms) &&
        Array.from(value.arms).every((arm) => typeof arm === "string") &&
        (value.baseline === undefined || isRecord(value.baseline))))
  );
}

function isColumn(value: unknown): boolean {
  return (
    isRecord(value) &&
    ["deterministic", "sampled", "descriptive"].includes(value.kind as string) &&
    typeof value.unit === "string" &&
    typeof value.description === "string"
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

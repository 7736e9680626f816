import type { Measure } from "@xattn/measures/contract";
import { InputError } from "../errors/errors.ts";

/** @throws InputError when something in the list is not a measure, or two share a name or a column */
export function checkMeasures(candidates: readonly unknown[], file: string): readonly Measure[] {
  const columns = new Map<string, string>();
  const names = new Set<string>();
  return candidates.map((candidate, index) => {
    const place = `${file}, measures[${index}]`;
    if (!isMeasure(candidate)) throw new InputError(`${place}: is not a measure; call it, as in time() or cost().`);
    if (names.has(candidate.name)) throw new InputError(`${place}: the measure ${candidate.name} is listed twice.`);
    names.add(candidate.name);
    for (const column of Object.keys(candidate.columns)) {
      const other = columns.get(column);
      if (other)
        throw new InputError(`${place}: the column ${column} of ${candidate.name} is already one of ${other}.`);
      columns.set(column, candidate.name);
    }
    if (candidate.kind === "timed" && Object.keys(candidate.columns).length !== 1) {
      throw new InputError(`${place}: the timed measure ${candidate.name} needs exactly one column.`);
    }
    return candidate;
  });
}

function isMeasure(value: unknown): value is Measure {
  if (typeof value !== "object" || value === null) return false;
  const measure = value as Partial<Record<keyof Measure | "run" | "prepare", unknown>>;
  return (
    typeof measure.name === "string" &&
    Number.isInteger(measure.version) &&
    typeof measure.columns === "object" &&
    typeof measure.parameters === "object" &&
    ((measure.kind === "direct" && typeof measure.run === "function") ||
      (measure.kind === "timed" && typeof measure.prepare === "function"))
  );
}

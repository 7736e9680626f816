import type { ColumnSpec } from "./measure.ts";

/** A column whose bits the cell decides; `tolerance` allows for another machine's exp and log. */
export function deterministic(unit: string, description: string, tolerance?: number): ColumnSpec {
  return { kind: "deterministic", unit, description, ...(tolerance === undefined ? {} : { tolerance }) };
}

import type { RunData } from "@xattn/runner";
import { titleWithUnit } from "../format/unit.ts";
import { binNames } from "./aggregate.ts";
import type { Fields } from "./fields.ts";
import { fieldPath, type Point } from "./point.ts";
import { isBinned, type Prepared } from "./prepare.ts";

interface Entry {
  readonly field: string;
  readonly type: string;
  readonly title: string;
  readonly format?: string;
}

/** What a point says of itself: every encoded field, its interval, and the axes of the sweep that points differ in. */
export function tooltip(fields: Fields, prepared: Prepared, data: RunData): readonly Entry[] {
  const { points, interval, varying } = prepared;
  const entries: Entry[] = [];
  const add = (name: string, title: string) => {
    const field = fieldPath(name);
    if (!entries.some((entry) => entry.field === field)) entries.push({ field, title, ...display(points, name) });
  };
  for (const field of fields.values()) {
    const title = titleWithUnit(field.label, field.unit);
    if (isBinned(field))
      for (const [end, name] of ["from", "to"].entries()) add(binNames(field)[end]!, `${title} ${name}`);
    else add(field.name, title);
    if (interval !== undefined && interval.low === `${field.name}Low`) {
      add(interval.low, `${title}, 95 % low`);
      add(interval.high, `${title}, 95 % high`);
    }
  }
  for (const name of varying) add(name, titleWithUnit(name, data.columns.find((c) => c.name === name)?.unit ?? "1"));
  return entries;
}

/** A number format for d3 that shows four significant digits of all these values, without an exponent if it can. */
function display(points: readonly Point[], name: string): Pick<Entry, "type" | "format"> {
  let [least, greatest, whole, numeric] = [Number.POSITIVE_INFINITY, 0, true, true];
  for (const point of points) {
    const value = point[name] ?? null;
    if (value === null || value === 0) continue;
    if (typeof value !== "number") {
      numeric = false;
      break;
    }
    least = Math.min(least, Math.abs(value));
    greatest = Math.max(greatest, Math.abs(value));
    whole &&= Number.isInteger(value);
  }
  if (!numeric) return { type: "nominal" };
  if (whole && greatest < 1e15) return { type: "quantitative", format: greatest < 1e5 ? "d" : ",d" };
  return { type: "quantitative", format: least >= 1e-5 && greatest < 1e7 ? ",.4~r" : ".4~g" };
}

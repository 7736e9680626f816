import { MaskError } from "../errors/mask-error.ts";
import type { MaskSizes } from "../sizes/sizes.ts";
import { readInteger, readNonEmptyList } from "./values.ts";

/** One number for all batch entries, or a list with one for each. */
export type PerBatch = number | readonly number[];

export function readPerBatch(value: unknown, path: string, least?: number): PerBatch {
  return Array.isArray(value)
    ? readNonEmptyList(value, path, (entry, entryPath) => readInteger(entry, entryPath, least))
    : readInteger(value, path, least);
}

export function checkPerBatch(value: PerBatch, sizes: MaskSizes, path: string): void {
  if (typeof value !== "number" && value.length !== sizes.batch) {
    throw new MaskError(path, value, `a list with one entry for each of the ${sizes.batch} batch entries`);
  }
}

export function ofBatch(value: PerBatch, batch: number): number {
  return typeof value === "number" ? value : value[batch]!;
}

export function printPerBatch(value: PerBatch): string {
  return typeof value === "number" ? String(value) : printList(value);
}

const SHOWN = 8;

export function printList(list: readonly number[]): string {
  const rest = list.length - SHOWN;
  return rest > 0 ? `[${list.slice(0, SHOWN).join(", ")}, … ${rest} more]` : `[${list.join(", ")}]`;
}

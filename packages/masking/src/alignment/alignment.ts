import { MaskError } from "../errors/mask-error.ts";
import { checkPerBatch, ofBatch, type PerBatch, printPerBatch, readPerBatch } from "../read/per-batch.ts";
import { readObject, refuseOthers } from "../read/values.ts";
import type { MaskSizes } from "../sizes/sizes.ts";

/** How the diagonal of a causal or windowed mask lies when n queries meet m keys. */
export type Alignment =
  /** Query i stands at key i. */
  | "top-left"
  /** The last query stands at the last key: query i at key i + m − n. */
  | "bottom-right"
  /** Query i stands at key i + offset; one offset, which may be negative, or one for each batch entry. */
  | { readonly offset: PerBatch };

/** Top-left when the value is absent. */
export function readAlignment(value: unknown, path: string): Alignment {
  if (value === undefined) return "top-left";
  if (value === "top-left" || value === "bottom-right") return value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new MaskError(path, value, `"top-left", "bottom-right" or { offset }`);
  }
  const fields = readObject(value, path);
  refuseOthers(fields, ["offset"], path);
  return { offset: readPerBatch(fields.offset, `${path}.offset`) };
}

export function checkAlignment(alignment: Alignment, sizes: MaskSizes, path: string): void {
  if (typeof alignment === "object") checkPerBatch(alignment.offset, sizes, `${path}.offset`);
}

/** The key at which query 0 stands; query i stands at i more. It may be negative or beyond the last key. */
export function alignmentOffset(alignment: Alignment, sizes: MaskSizes, batch: number): number {
  if (alignment === "top-left") return 0;
  if (alignment === "bottom-right") return sizes.keys - sizes.queries;
  return ofBatch(alignment.offset, batch);
}

export function alignmentPerBatch(alignment: Alignment): boolean {
  return typeof alignment === "object" && typeof alignment.offset !== "number";
}

/** The alignment as a further argument of a printed call: nothing for the default, top-left. */
export function printAlignment(alignment: Alignment): readonly string[] {
  if (alignment === "top-left") return [];
  return [alignment === "bottom-right" ? alignment : `offset ${printPerBatch(alignment.offset)}`];
}

/** The offsets of all batch entries, looked up once: a kernel's closures index this. */
export function alignmentOffsets(alignment: Alignment, sizes: MaskSizes): readonly number[] {
  return Array.from({ length: Math.max(1, sizes.batch) }, (_, batch) => alignmentOffset(alignment, sizes, batch));
}

import { type alibi, alignmentOffset, type MaskSizes } from "@xattn/masking";

export type Alignment = ReturnType<typeof alibi>["alignment"];

/** A number for each batch entry, and WGSL for the entry at hand. */
export interface PerEntry {
  readonly values: readonly number[];
  readonly index: string;
}

/** One number where all entries share it. */
export function perEntry(batch: number, numberOf: (batch: number) => number): PerEntry {
  const values = Array.from({ length: Math.max(1, batch) }, (_, entry) => numberOf(entry));
  return values.every((value) => value === values[0]) ? { values: [values[0]!], index: "0u" } : { values, index: "b" };
}

/** The key at which query 0 of each batch entry stands. */
export function offsetsOf(alignment: Alignment, sizes: MaskSizes): PerEntry {
  return perEntry(sizes.batch, (entry) => alignmentOffset(alignment, sizes, entry));
}

import { fromBfloat16Bits, fromFloat16Bits, toBfloat16Bits, toFloat16Bits } from "@xattn/core";

/** Formats in which numbers are stored; int8 with one scale a row, largest magnitude / 127. */
export const storageFormats = ["float32", "float16", "bfloat16", "int8"] as const;
export type StorageFormat = (typeof storageFormats)[number];

/** The numbers after a round trip through the format, in rows of `width` that int8 scales apart. */
export function stored(values: Float64Array, width: number, format: StorageFormat): Float64Array {
  switch (format) {
    case "float32":
      return values.map(Math.fround);
    case "float16":
      return values.map((value) => fromFloat16Bits(toFloat16Bits(value)));
    case "bfloat16":
      return values.map((value) => fromBfloat16Bits(toBfloat16Bits(value)));
    case "int8":
      return rowwise(values, width);
  }
}

function rowwise(values: Float64Array, width: number): Float64Array {
  const result = new Float64Array(values.length);
  for (let start = 0; start < values.length; start += width) {
    const row = values.subarray(start, start + width);
    const step = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127;
    if (step > 0)
      result.set(
        row.map((value) => Math.round(value / step) * step),
        start,
      );
  }
  return result;
}

/** Bytes of one element, for each element type of the format. */
export const elementBytes = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;

/** An element type, by the name the format gives it. */
export type SafetensorsDType = keyof typeof elementBytes;

export function isDType(name: unknown): name is SafetensorsDType {
  return typeof name === "string" && Object.hasOwn(elementBytes, name);
}

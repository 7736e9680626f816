import { MaskError } from "../errors/mask-error.ts";

/** The fields of an object that came from outside. */
export type Fields = Readonly<Record<string, unknown>>;

export function readInteger(value: unknown, path: string, least = Number.MIN_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  throw new MaskError(
    path,
    value,
    least === Number.MIN_SAFE_INTEGER ? "an integer" : `an integer of at least ${least}`,
  );
}

export function readFinite(value: unknown, path: string): number {
  if (Number.isFinite(value)) return value as number;
  throw new MaskError(path, value, "a finite number");
}

export function readBoolean(value: unknown, path: string): boolean {
  if (typeof value === "boolean") return value;
  throw new MaskError(path, value, "true or false");
}

/** A list whose entries `read` accepts; the entries' paths end in `[index]`. */
export function readList<T>(value: unknown, path: string, read: (entry: unknown, path: string) => T): readonly T[] {
  if (!Array.isArray(value)) throw new MaskError(path, value, "a list");
  return value.map((entry, index) => read(entry, `${path}[${index}]`));
}

export function readNonEmptyList<T>(
  value: unknown,
  path: string,
  read: (entry: unknown, path: string) => T,
): readonly T[] {
  const list = readList(value, path, read);
  if (list.length === 0) throw new MaskError(path, value, "a list with at least one entry");
  return list;
}

/** A table whose rows are equally long and not empty. */
export function readTable<T>(
  value: unknown,
  path: string,
  read: (entry: unknown, path: string) => T,
): readonly (readonly T[])[] {
  const table = readNonEmptyList(value, path, (row, rowPath) => readNonEmptyList(row, rowPath, read));
  const width = table[0]!.length;
  const ragged = table.findIndex((row) => row.length !== width);
  if (ragged >= 0)
    throw new MaskError(`${path}[${ragged}]`, table[ragged], `a row of ${width} entries as the first is`);
  return table;
}

export function readObject(value: unknown, path: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new MaskError(path, value, "an object");
}

/** Refuses fields that nobody reads, so that a misspelt one is not ignored. */
export function refuseOthers(fields: Fields, known: readonly string[], path: string): void {
  const other = Object.keys(fields).find((name) => !known.includes(name));
  if (other !== undefined) {
    const need = known.length === 0 ? "absent" : `absent (the fields are ${known.join(", ")})`;
    throw new MaskError(`${path}.${other}`, fields[other], need);
  }
}

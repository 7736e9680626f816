import type { Row, TableColumn } from "@xattn/runner";

interface ColumnData {
  readonly name: string;
  readonly data: unknown[];
  readonly type: "DOUBLE" | "BOOLEAN" | "STRING";
  readonly nullable: boolean;
}

/**
 * The table as an Apache Parquet file: numbers as doubles, booleans, everything else as text; all columns may be null.
 */
export async function toParquet(columns: readonly TableColumn[], rows: readonly Row[]): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  return new Uint8Array(parquetWriteBuffer({ columnData: [...columnData(columns, rows)] }));
}

/** A column takes the one type that holds all its values. */
export function columnData(columns: readonly TableColumn[], rows: readonly Row[]): readonly ColumnData[] {
  return columns.map(({ name }) => {
    const values = rows.map((row) => row[name] ?? null);
    const kinds = new Set(values.filter((value) => value !== null).map((value) => typeof value));
    if (kinds.size <= 1 && !kinds.has("string")) {
      const type = kinds.has("boolean") ? "BOOLEAN" : "DOUBLE";
      return { name, data: values, type, nullable: true };
    }
    return {
      name,
      data: values.map((value) => (value === null ? null : String(value))),
      type: "STRING",
      nullable: true,
    };
  });
}

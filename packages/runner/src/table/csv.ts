import type { Value } from "@xattn/measures/contract";
import type { Row, TableColumn } from "../run-data.ts";

/** The table as RFC 4180: quotes where needed, line feeds between records, nothing for null. */
export function toCsv(columns: readonly TableColumn[], rows: readonly Row[]): string {
  const names = columns.map((column) => column.name);
  const lines = [names.map(field).join(",")];
  for (const row of rows) lines.push(names.map((name) => field(row[name] ?? null)).join(","));
  return `${lines.join("\n")}\n`;
}

/** A leading =, +, - or @ in a text would be run as a formula by spreadsheets: it is kept, but quoted as text. */
function field(value: Value): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const text = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

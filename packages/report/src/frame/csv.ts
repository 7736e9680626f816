/** Fields as one line of comma-separated values, quoted where RFC 4180 asks for it; null is an empty field. */
export function csvLine(fields: readonly (number | string | boolean | null)[]): string {
  return fields
    .map((field) => {
      const text = field === null ? "" : String(field);
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join(",");
}

import { stripVTControlCharacters } from "node:util";

/** Columns padded to the widest cell; the last column is wrapped at `width`, aligned under itself. */
export function textTable(rows: readonly (readonly string[])[], width = 100): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns - 1 }, (_, index) =>
    Math.max(...rows.map((row) => visible(row[index] ?? ""))),
  );
  const indent = widths.reduce((sum, columnWidth) => sum + columnWidth + 2, 0);
  return rows
    .map((row) => {
      const head = widths.map((columnWidth, index) => pad(row[index] ?? "", columnWidth)).join("  ");
      const [first = "", ...rest] = wrap(row[columns - 1] ?? "", Math.max(30, width - indent));
      return [
        `${head}${widths.length > 0 ? "  " : ""}${first}`.trimEnd(),
        ...rest.map((line) => " ".repeat(indent) + line),
      ].join("\n");
    })
    .join("\n");
}

function visible(text: string): number {
  return stripVTControlCharacters(text).length;
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - visible(text)));
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && visible(line) + 1 + visible(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

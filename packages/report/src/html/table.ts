import type { TextTable } from "../section/table.ts";
import { escapeHtml } from "./escape.ts";

/** A table with a caption and scoped headers, in a region that scrolls sideways on narrow screens. */
export function htmlTable({ caption, header, numeric, groups, note }: TextTable): string {
  const kind = (index: number) => (numeric[index] ? "number" : "text");
  const head = header.map((name, index) => `<th scope="col" class="${kind(index)}">${escapeHtml(name)}</th>`).join("");
  const bodies = groups.map(({ title, rows }) => {
    const group =
      title === undefined
        ? ""
        : `<tr><th scope="rowgroup" colspan="${header.length}" class="group">${escapeHtml(title)}</th></tr>`;
    return `<tbody>${group}${rows.map((row) => htmlRow(row, kind)).join("")}</tbody>`;
  });
  const table = `<table><caption>${escapeHtml(caption)}</caption><thead><tr>${head}</tr></thead>${bodies.join("")}</table>`;
  return scrollable(caption, table) + (note ? `<p class="note">${escapeHtml(note)}</p>` : "");
}

function htmlRow(row: readonly string[], kind: (index: number) => string): string {
  const cells = row.map((cell, index) =>
    index === 0
      ? `<th scope="row" class="${kind(0)}">${escapeHtml(cell)}</th>`
      : `<td class="${kind(index)}">${kind(index) === "number" ? withInterval(cell) : escapeHtml(cell)}</td>`,
  );
  return `<tr>${cells.join("")}</tr>`;
}

/** A number and its interval, which may go below it but never breaks. */
function withInterval(cell: string): string {
  return escapeHtml(cell).replace(/\[[^\]]*\]/, '<span class="interval">$&</span>');
}

/** Content that may be wider than the screen, reachable by keyboard. */
export function scrollable(label: string, content: string): string {
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escapeHtml(label)}">${content}</div>`;
}

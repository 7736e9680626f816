import { describe, type RunChange } from "@xattn/runner";
import { type ComparisonNames, environmentText, evidenceText, legend, ratioText, verdictWords } from "./words.ts";

const mostCells = 20;

/** A comparison as GitHub-flavoured Markdown, for a pull request. */
export function changeMarkdown(change: RunChange, names: ComparisonNames): string {
  const lines = [
    `### Measured change: ${verdictWords[change.verdict]}`,
    "",
    `\`${names.before}\` → \`${names.after}\``,
    "",
    ...table(
      ["column", "verdict", "ratio", "evidence"],
      change.columns.map((column) => [
        `\`${column.column}\``,
        `**${verdictWords[column.verdict]}**`,
        ratioText(column.ratio),
        evidenceText(column),
      ]),
    ),
  ];
  const cells = change.columns.flatMap(({ column, cells = [] }) =>
    cells.map((cell) => [
      `\`${column}\``,
      verdictWords[cell.verdict],
      ratioText(cell.ratio),
      `\`${describe(cell.parameters)}\``,
    ]),
  );
  if (cells.length > 0) {
    lines.push("", `<details><summary>${cells.length} cells that changed</summary>`, "");
    lines.push(...table(["column", "verdict", "ratio", "cell"], cells.slice(0, mostCells)));
    if (cells.length > mostCells) lines.push("", `… and ${cells.length - mostCells} more`);
    lines.push("", "</details>");
  }
  if (change.claims.length > 0) {
    lines.push("", "Claims with another verdict:", "");
    lines.push(...change.claims.map(({ name, before, after }) => `- \`${name}\`: ${before} → ${after}`));
  }
  if (change.environment.length > 0) {
    lines.push("", `Changed beside the code: ${change.environment.map(environmentText).map(escaped).join("; ")}.`);
  }
  return `${[...lines, "", legend(names)].join("\n")}\n`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(" | ")} |`;
  return [line(header), `|${" --- |".repeat(header.length)}`, ...rows.map(line)];
}

/** A bar would end the cell, and a line feed the row. */
function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ");
}

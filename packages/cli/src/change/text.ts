import { type ChangeVerdict, describe, type RunChange } from "@xattn/runner";
import colors from "picocolors";
import { textTable } from "../terminal/table.ts";
import { terminalWidth } from "../terminal/verdict.ts";
import { type ComparisonNames, environmentText, evidenceText, legend, ratioText, verdictWords } from "./words.ts";

const mostCells = 10;

/** A comparison for a terminal. */
export function changeText(change: RunChange, names: ComparisonNames): string {
  const width = terminalWidth();
  const parts = [
    `before: ${names.before}\nafter:  ${names.after}`,
    change.environment.length > 0
      ? `changed: ${change.environment.map(environmentText).join("\n         ")}`
      : "environment: the same",
    textTable(
      [
        ["column", "verdict", "ratio", "evidence"].map(colors.bold),
        ...change.columns.map((column) => [
          column.column,
          paint(column.verdict),
          ratioText(column.ratio),
          evidenceText(column),
        ]),
      ],
      width,
    ),
  ];
  const cells = change.columns.flatMap(({ column, cells = [] }) =>
    cells.map((cell) => [column, paint(cell.verdict), ratioText(cell.ratio), describe(cell.parameters)]),
  );
  if (cells.length > 0) {
    const more = cells.length > mostCells ? `\n… and ${cells.length - mostCells} more (--json has all)` : "";
    parts.push(`cells that changed:\n${textTable(cells.slice(0, mostCells), width)}${more}`);
  }
  if (change.claims.length > 0) {
    parts.push(
      `claims with another verdict:\n${textTable(
        change.claims.map(({ name, before, after }) => [name, `${before} → ${after}`]),
        width,
      )}`,
    );
  }
  parts.push(colors.dim(legend(names)), `compare: ${paint(change.verdict)}`);
  return `${parts.join("\n\n")}\n`;
}

function paint(verdict: ChangeVerdict): string {
  const word = verdictWords[verdict];
  if (verdict === "slower" || verdict === "drifted" || verdict === "missing") return colors.red(word);
  return verdict === "ambiguous" ? colors.yellow(word) : colors.green(word);
}

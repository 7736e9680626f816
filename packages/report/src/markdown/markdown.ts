import type { RunData } from "@xattn/runner";
import { labelRun } from "../label/label.ts";
import { fitTables } from "../section/fits.ts";
import { environmentTable, rerunCommands, runSummary, SIGNS, troublesTable } from "../section/run.ts";
import { samplesTable } from "../section/samples.ts";
import { type TextTable, tableOf } from "../section/table.ts";
import { codeBlock, escapeInline, escapeUrl } from "./escape.ts";

/**
 * The report as Markdown, for a terminal or a pull request: the question, the verdicts, the fits, links to the
 * pictures in `charts/`, what the run ran on, and how to run it again.
 */
export function renderMarkdown(run: RunData): string {
  const data = labelRun(run);
  const samples = samplesTable(data);
  const troubles = troublesTable(data);
  const { again, reproduce } = rerunCommands(data);
  const blocks = [
    `# ${escapeInline(data.title)}`,
    `> ${escapeInline(data.question)}`,
    escapeInline(runSummary(data)),
    "## Verdicts",
    data.claims.length === 0 ? "The experiment makes no claims." : table(verdictTable(data), false),
    ...section("Charts", data.charts.map(chartLink)),
    ...section(
      "Fits",
      fitTables(data).map((fit) => table(fit, true)),
    ),
    ...section("Samples", samples === undefined ? [] : [table(samples, false)]),
    ...section("Cells that did not end ok", troubles === undefined ? [] : [table(troubles, false)]),
    "## Environment",
    table(environmentTable(data), false),
    "## Run it again",
    codeBlock(again),
    "Compare a new run with this one:",
    codeBlock(reproduce),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function section(title: string, blocks: readonly string[]): readonly string[] {
  return blocks.length === 0 ? [] : [`## ${title}`, ...blocks];
}

function verdictTable({ claims }: RunData): TextTable {
  const rows = claims.map(({ statement, verdict, evidence }) => [statement, `${SIGNS[verdict]} ${verdict}`, evidence]);
  return tableOf("Verdicts", ["claim", "verdict", "evidence"], rows);
}

function chartLink({ name, title, description }: RunData["charts"][number]): string {
  return `![${escapeInline(`${title}. ${description}`)}](charts/${escapeUrl(name)}.png)`;
}

function table({ caption, header, numeric, groups, note }: TextTable, captioned: boolean): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeInline).join(" | ")} |`;
  const rule = `|${numeric.map((right) => (right ? " --: " : " --- ")).join("|")}|`;
  const lines = [line(header), rule, ...groups.flatMap(({ rows }) => rows.map(line))].join("\n");
  return [captioned ? `**${escapeInline(caption)}**` : "", lines, note === undefined ? "" : escapeInline(note)]
    .filter(Boolean)
    .join("\n\n");
}

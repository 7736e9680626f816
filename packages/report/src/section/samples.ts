import { type RunData, sampleFlags } from "@xattn/runner";
import { type TextTable, tableOf } from "./table.ts";

/** What is doubtful about the samples; nothing when nothing is, or nothing was timed. */
export function samplesTable(data: Pick<RunData, "columns" | "rows">): TextTable | undefined {
  const flags = sampleFlags(data);
  if (flags.length === 0) return undefined;
  const rows = flags.map(({ column, meaning, cells, of }) => [column, meaning, `${cells} of ${of}`]);
  const note = "Flagged samples are kept: they widen the intervals. The column …Flags of table.csv says which cells.";
  return tableOf(
    "What to know about the samples",
    ["column", "its cells", "how many"],
    rows,
    [false, false, true],
    note,
  );
}

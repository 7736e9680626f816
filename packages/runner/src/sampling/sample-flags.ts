import type { RunData } from "../run-data.ts";

const meanings: Readonly<Record<string, string>> = {
  unsettled: "were still warming up",
  trend: "drift over their rounds",
  multimodal: "have more than one mode",
  drift: "were taken while the machine changed its speed",
  budget: "stopped at their budget, short of the precision",
  severe: "have severe outliers",
  host: "were taken on one of several hosts of one kind",
};

/** A doubt about the samples of a timed column, and how many of its cells it concerns. */
export interface SampleFlag {
  readonly column: string;
  /** What is the matter with these cells, to follow "so many cells". */
  readonly meaning: string;
  readonly cells: number;
  /** Cells that were timed. */
  readonly of: number;
}

/** What a reader should know about the samples of a run: what is flagged at all, column by column. */
export function sampleFlags({ columns, rows }: Pick<RunData, "columns" | "rows">): SampleFlag[] {
  return columns
    .filter(({ name, role }) => role === "measure" && name.endsWith("Flags"))
    .flatMap(({ name }) => {
      const cells = rows.flatMap((row) => (typeof row[name] === "string" ? [row[name].split(" ")] : []));
      return Object.entries(meanings).flatMap(([flag, meaning]) => {
        const count = cells.filter((flags) => flags.some((text) => text.split(":")[0] === flag)).length;
        return count === 0 ? [] : [{ column: name.slice(0, -"Flags".length), meaning, cells: count, of: cells.length }];
      });
    });
}

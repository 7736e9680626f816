import type { RunData } from "@xattn/runner";

const meanings: Readonly<Record<string, string>> = {
  unsettled: "were still warming up",
  trend: "drift over their rounds",
  multimodal: "have more than one mode",
  drift: "were taken while the machine changed its speed",
  budget: "stopped at their budget, short of the precision",
  severe: "have severe outliers",
};

/** What a reader should know about the samples of a run, a line for each flag; nothing when there is nothing. */
export function flagLines({ columns, rows }: Pick<RunData, "columns" | "rows">): string[] {
  return columns
    .filter(({ name, role }) => role === "measure" && name.endsWith("Flags"))
    .flatMap(({ name }) => {
      const cells = rows.flatMap((row) => (typeof row[name] === "string" ? [row[name].split(" ")] : []));
      return Object.entries(meanings).flatMap(([flag, meaning]) => {
        const count = cells.filter((flags) => flags.some((text) => text.split(":")[0] === flag)).length;
        return count === 0 ? [] : [`${name.slice(0, -"Flags".length)}: ${count} of ${cells.length} cells ${meaning}`];
      });
    });
}

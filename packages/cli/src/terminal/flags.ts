import { type RunData, sampleFlags } from "@xattn/runner";

/** What a reader should know about the samples of a run, a line for each flag. */
export function flagLines(data: Pick<RunData, "columns" | "rows">): string[] {
  return sampleFlags(data).map(({ column, meaning, cells, of }) => `${column}: ${cells} of ${of} cells ${meaning}`);
}

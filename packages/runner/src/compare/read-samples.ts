import { join } from "node:path";
import { scanLedger } from "../ledger/ledger.ts";
import { canonicalJson } from "../plan/canonical.ts";
import { files } from "../store/run-folder.ts";

/** The raw samples of one timed cell, in the order they were taken. */
export interface CellSamples {
  readonly block: string;
  /** Milliseconds a call. */
  readonly times: readonly number[];
  /** Milliseconds of the reference kernel in the same rounds; absent in runs from before it was timed. */
  readonly reference: readonly number[] | undefined;
}

/** The samples of a run, by `sampleKey`. */
export type RunSamples = ReadonlyMap<string, CellSamples>;

export function sampleKey(measure: string, parameters: object): string {
  return canonicalJson([measure, parameters]);
}

/** Reads the samples of all timed cells of a run folder; the last outcome of a cell counts. */
export async function readSamples(folder: string): Promise<RunSamples> {
  const found = new Map<string, CellSamples>();
  await scanLedger(join(folder, files.ledger), (outcome) => {
    const key = sampleKey(outcome.measure, outcome.parameters);
    const { status, samples, reference, block } = outcome;
    if (status === "ok" && samples) found.set(key, { block: block ?? key, times: samples, reference });
    else found.delete(key);
  });
  return found;
}

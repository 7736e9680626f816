import type { Parameters, Value } from "@xattn/measures/contract";
import type { Status } from "../run-data.ts";

/** How one cell ended: a line of the ledger. */
export interface Outcome {
  /** Hash of the cell. */
  readonly cell: string;
  readonly measure: string;
  readonly parameters: Parameters;
  readonly seed: number;
  readonly status: Status;
  readonly values?: Readonly<Record<string, Value>>;
  /** Raw samples of a timed cell, in milliseconds a call. */
  readonly samples?: readonly number[];
  /** The round of each sample: arms of one block share rounds, which pairs their samples. */
  readonly rounds?: readonly number[];
  /** Milliseconds of the reference kernel in the round of each sample: how fast the machine was then. */
  readonly reference?: readonly number[];
  /** Calls that were averaged in each sample. */
  readonly batch?: number;
  /** The block in which it was sampled: samples pair only within one. */
  readonly block?: string;
  readonly error?: { readonly name: string; readonly message: string };
  /** Seconds that the cell took. */
  readonly seconds: number;
  /** When it ended, ISO 8601. */
  readonly at: string;
}

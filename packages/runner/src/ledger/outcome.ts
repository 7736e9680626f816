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
  /** Where it ran, and the fingerprint of the environment there; absent when that is the machine of the manifest. */
  readonly host?: { readonly name: string; readonly fingerprint: string };
  readonly error?: { readonly name: string; readonly message: string };
  /** How often the cell was run by itself until it ended so; absent when once. */
  readonly attempts?: number;
  /** Set when the cell took its process down in every attempt: it runs again only when that is asked for. */
  readonly quarantined?: true;
  /** The end of what its process wrote to its standard output and error, when the process died. */
  readonly lastWords?: { readonly output: string; readonly errors: string };
  /** Seconds that the cell took. */
  readonly seconds: number;
  /** When it ended, ISO 8601. */
  readonly at: string;
}

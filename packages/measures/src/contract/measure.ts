import type { ZodType } from "zod";

/** A scalar that survives JSON: the only kind of value that crosses a process border or enters a table. */
export type Value = number | string | boolean | null;

/** What a cell is measured at: one value for each axis, by axis name. */
export type Parameters = Readonly<Record<string, Value>>;

/**
 * How a column is obtained, which decides how two runs of it are compared.
 * - `deterministic`: the same cell gives the same bits on the same machine.
 * - `sampled`: the median of raw samples, with `<name>Low` and `<name>High` as its 95 % bootstrap interval.
 * - `descriptive`: recorded, never compared (a count of samples, a flag).
 */
export type ColumnKind = "deterministic" | "sampled" | "descriptive";

export interface ColumnSpec {
  readonly kind: ColumnKind;
  /** Unit as shown on axes and in tables: "ms", "bytes", "multiply-adds"; "1" for a pure number. */
  readonly unit: string;
  readonly description: string;
  /** Largest relative difference from a reference run that still counts as agreement; 0 means bit-identical. */
  readonly tolerance?: number;
}

/** What a measure may use besides the cell: everything random or effectful is passed in. */
export interface MeasureContext {
  /** Seed for the generator of `@xattn/core`; equal for all arms of a block, so that they see the same inputs. */
  readonly seed: number;
}

interface MeasureBase<Column extends string> {
  readonly name: string;
  /** Raised whenever the meaning of a column changes; part of every cell's identity. */
  readonly version: number;
  readonly description: string;
  /**
   * The parameters that the measure reads, each with the schema its values must satisfy.
   * A parameter whose schema accepts `undefined` may be left out of an experiment.
   */
  readonly parameters: Readonly<Record<string, ZodType>>;
  readonly columns: Readonly<Record<Column, ColumnSpec>>;
  /** Whether cells need the machine to themselves. */
  readonly exclusive: boolean;
  /** A sentence on what is wrong with a combination whose values are fine one by one; nothing when it fits. */
  readonly check?: (cell: Parameters) => string | undefined;
}

/** Computes its columns in one call. */
export interface DirectMeasure<Column extends string = string> extends MeasureBase<Column> {
  readonly kind: "direct";
  run(
    cell: Parameters,
    context: MeasureContext,
  ): Readonly<Record<Column, Value>> | Promise<Readonly<Record<Column, Value>>>;
}

/** A prepared piece of work that the runner calls again and again under its clock. */
export interface Arm {
  /** One unit of the work that is timed. Returns nothing: what it computes was checked in `prepare`. */
  call(): void | Promise<void>;
  /**
   * Called after every sample, outside what is timed: waits for what the work left running, such as spinning threads.
   * The next sample then begins with calls that are not timed, until the arm is awake again.
   */
  rest?(): void | Promise<void>;
  dispose?(): void | Promise<void>;
}

/**
 * Is timed by the runner: cells that differ only in the `arms` axes form a block, whose arms are called
 * interleaved, in random order in every round, so that drift of the machine falls on all of them alike.
 * The first column is the time of one call in milliseconds.
 */
export interface TimedMeasure<Column extends string = string> extends MeasureBase<Column> {
  readonly kind: "timed";
  readonly exclusive: true;
  readonly arms: readonly string[];
  /** The arm that ratios are taken against, as the values of the arms axes; none when absent from the block. */
  readonly baseline?: Parameters;
  prepare(cell: Parameters, context: MeasureContext): Arm | Promise<Arm>;
}

export type Measure<Column extends string = string> = DirectMeasure<Column> | TimedMeasure<Column>;

/**
 * Thrown by a measure for a combination that a backend or a variant does not do: the cell's status is then
 * `unsupported`, with this message, and nothing else is measured in its place.
 */
export class UnsupportedError extends Error {
  override readonly name = "UnsupportedError";
}

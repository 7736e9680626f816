import type { ColumnSpec, Parameters, Value } from "@xattn/measures/contract";
import type { ChartSpec } from "./spec/chart.ts";

/** How a cell ended. */
export type Status = "ok" | "failed" | "unsupported" | "timeout";

/** How sure the data is of a claim: `inconclusive` when noise hides the answer, `untested` when no cell speaks to it. */
export type Verdict = "holds" | "refuted" | "inconclusive" | "untested";

/** An estimate with its 95 % interval. */
export interface Estimate {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** What a claim came to. */
export interface ClaimResult {
  readonly name: string;
  readonly statement: string;
  readonly verdict: Verdict;
  /** One sentence with the figures that decided. */
  readonly evidence: string;
  readonly source?: string;
}

/** One fitted power law c₀ + c·Πₖ xₖ^eₖ of a column, for one group of rows. */
export interface PowerLawResult {
  readonly kind: "powerLaw";
  readonly name: string;
  readonly column: string;
  readonly unit: string;
  readonly group: Parameters;
  readonly points: number;
  readonly exponents: Readonly<Record<string, Estimate>>;
  readonly coefficient: Estimate;
  readonly intercept: Estimate;
  /** Root mean square of the relative residuals. */
  readonly relativeError: number;
  /** Set when the group could not be fitted: why. */
  readonly problem?: string;
}

/** Competing sums of terms for a column, for one group of rows, ranked by AICc. */
export interface TermsResult {
  readonly kind: "terms";
  readonly name: string;
  readonly column: string;
  readonly unit: string;
  readonly group: Parameters;
  readonly points: number;
  readonly candidates: readonly {
    readonly name: string;
    /** The coefficient of each term, by the term's text; the constant is called "1". */
    readonly coefficients: Readonly<Record<string, Estimate>>;
    readonly aicc: number;
    /** AICc above the best. */
    readonly delta: number;
    /** Whether the data cannot tell this candidate from the best (ΔAICc < 2). */
    readonly tied: boolean;
    readonly relativeError: number;
  }[];
  readonly problem?: string;
}

export type FitResult = PowerLawResult | TermsResult;

/** One row of the table: the parameters of a point of the sweep and all columns measured there. */
export type Row = Readonly<Record<string, Value>>;

/** A column of the table. */
export interface TableColumn extends ColumnSpec {
  readonly name: string;
  readonly role: "axis" | "measure" | "status";
}

/** What a run ran on, and as what. */
export interface Manifest {
  readonly schema: 1;
  readonly experiment: string;
  readonly run: string;
  readonly profile: string;
  readonly overrides: Readonly<Record<string, readonly Value[]>>;
  readonly seed: number;
  readonly planHash: string;
  readonly specHash: string;
  readonly sourceHash: string;
  readonly points: number;
  readonly cells: number;
  readonly state: "running" | "complete" | "interrupted";
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Seconds that cells took, over all starts of the run. */
  readonly seconds?: number;
  readonly starts: number;
  /** Cells set apart because they took their process down; absent when there is none. */
  readonly quarantined?: number;
  readonly command: string;
  readonly git: { readonly commit: string | null; readonly dirty: boolean | null };
  readonly lockfileHash: string | null;
  readonly environment: Environment;
  readonly load: { readonly before: readonly number[]; readonly after?: readonly number[] };
}

/** The machine and the runtime, as far as they can move a number. */
export interface Environment {
  /** Hash of what must agree before two timings may be compared. */
  readonly fingerprint: string;
  readonly node: string;
  readonly v8: string;
  readonly flags: readonly string[];
  readonly os: string;
  readonly architecture: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** Smallest step of the clock seen, in nanoseconds. */
  readonly timerResolutionNs: number;
  /** Announced by the command line: backends, adapters, pinned runtime. */
  readonly notes: Readonly<Record<string, string>>;
  /** What computes on a device, when a cell asks for one. */
  readonly adapter?: Adapter;
  /**
   * What people are shown in place of an axis value, by axis and value: `{ backend: { webgpu: "webgpu (software)" } }`
   * where the name alone would promise more than the machine has.
   */
  readonly labels?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A device that computes beside the processor, or pretends to. */
export interface Adapter {
  /** Where it was found. */
  readonly source: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** Whether it computes on the processor: its timings then say nothing about GPUs. */
  readonly software: boolean;
}

/** All that a report is made from: a run folder, read back. */
export interface RunData {
  readonly title: string;
  readonly question: string;
  readonly manifest: Manifest;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly Row[];
  readonly counts: Readonly<Record<Status, number>>;
  /** Cells that did not end `ok`, with their last words, those that took their process down first; at most a hundred. */
  readonly troubles: readonly {
    readonly measure: string;
    readonly status: Status;
    readonly parameters: Parameters;
    readonly message: string;
  }[];
  readonly fits: readonly FitResult[];
  readonly claims: readonly ClaimResult[];
  readonly charts: readonly ChartSpec[];
}

import type { DirectMeasure, Measure, TimedMeasure, Value } from "@xattn/measures/contract";
import type { ChartSpec } from "./chart.ts";
import type { ClaimSpec } from "./claim.ts";
import type { FitSpec } from "./fit.ts";

/** The values of every axis; the sweep is their product. */
export type Axes = Readonly<Record<string, readonly Value[]>>;

/** How long and how precisely timed cells are sampled. */
export interface Sampling {
  /** Seconds that one cell may sample before it stops short of the precision. */
  readonly budgetSeconds: number;
  /** Stop when the 95 % interval of the median is narrower than this part of the median. */
  readonly precision: number;
  /**
   * A sample lasts at least this many milliseconds, by as many calls as that takes. Longer samples give quick arms
   * fewer rounds, which spreads quick and slow arms over the same stretch of time.
   */
  readonly sampleMs: number;
  readonly minimumRounds: number;
  readonly maximumRounds: number;
}

/** What a profile changes of the experiment. */
export interface Profile<Axis extends string> {
  readonly axes?: Readonly<Partial<Record<Axis, readonly Value[]>>>;
  readonly where?: string;
  readonly include?: readonly Readonly<Partial<Record<Axis, readonly Value[]>>>[];
  readonly sampling?: Partial<Sampling>;
}

type Columns<M> =
  M extends TimedMeasure<infer Column>
    ? Column | `${Column}${"Low" | "High" | "Ratio" | "RatioLow" | "RatioHigh" | "Rounds" | "Drift"}`
    : M extends DirectMeasure<infer Column>
      ? Column
      : never;

/** The columns of an experiment's table: its axes, and what its measures yield. */
export type FieldOf<A extends Axes, M extends readonly unknown[]> = Extract<keyof A, string> | Columns<M[number]>;

/** An experiment: a question, what is varied, what is measured, and what is claimed of the outcome. All data. */
export interface ExperimentSpec<
  A extends Axes = Axes,
  M extends readonly Measure<never>[] = readonly Measure<never>[],
  FitName extends string = string,
  Axis extends string = Extract<keyof A, string>,
  Field extends string = FieldOf<A, M>,
> {
  /** Lower-case words joined by hyphens; the same as the file's name. */
  readonly name: string;
  readonly title: string;
  readonly question: string;
  readonly axes: A;
  /** Points beside the product: a smaller product each, in which an axis left out takes its values from `axes`. */
  readonly include?: readonly Readonly<Partial<Record<NoInfer<Axis>, readonly Value[]>>>[];
  /** A Vega expression over the axes: points for which it is false are left out. */
  readonly where?: string;
  readonly profiles?: Readonly<Record<string, Profile<NoInfer<Axis>>>>;
  /** The profile that is used when none is named; `quick` when absent. */
  readonly defaultProfile?: string;
  /** Seed of everything random; 1 when absent. */
  readonly seed?: number;
  readonly measures: M;
  readonly fits?: Readonly<Record<FitName, FitSpec<NoInfer<Axis>, NoInfer<Field>>>>;
  readonly claims?: readonly ClaimSpec<NoInfer<Axis>, NoInfer<Field>, NoInfer<FitName>>[];
  readonly charts?: readonly ChartSpec<NoInfer<Field>, NoInfer<FitName>>[];
  readonly sampling?: Partial<Sampling>;
  /** Seconds after which a cell is killed and recorded as `timeout`; 60 when absent. */
  readonly deadlineSeconds?: number;
}

const definitions = new WeakSet<object>();

/**
 * Defines an experiment. The types of axes and columns flow into fits, claims and charts, so that a misspelt
 * field is a compile error; values are checked again when the experiment is loaded.
 */
export function defineExperiment<
  const A extends Axes,
  const M extends readonly Measure<never>[],
  const FitName extends string = never,
>(spec: ExperimentSpec<A, M, FitName>): ExperimentSpec<A, M, FitName> {
  definitions.add(spec);
  return spec;
}

/** Whether a value came out of `defineExperiment`. */
export function isExperiment(value: unknown): value is ExperimentSpec {
  return typeof value === "object" && value !== null && definitions.has(value);
}

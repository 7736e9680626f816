import type { Experiment, Product } from "../normalize/normalize.ts";
import type { Overrides } from "../normalize/overrides.ts";
import type { Manifest, TableColumn } from "../run-data.ts";
import type { ChartSpec } from "../spec/chart.ts";
import type { ClaimSpec } from "../spec/claim.ts";
import type { Sampling } from "../spec/experiment.ts";
import type { FitSpec } from "../spec/fit.ts";

/** The spec as data: all of it but the functions of measures. It is enough to read a run back and report it. */
export interface SpecRecord {
  readonly file: string;
  readonly title: string;
  readonly question: string;
  readonly axes: readonly string[];
  readonly products: readonly Product[];
  readonly where: readonly string[];
  readonly measures: readonly { readonly name: string; readonly version: number; readonly column?: string }[];
  readonly columns: readonly TableColumn[];
  readonly fits: Readonly<Record<string, FitSpec>>;
  readonly claims: readonly ClaimSpec[];
  readonly charts: readonly ChartSpec[];
  readonly sampling: Sampling;
  readonly deadlineSeconds: number;
}

/** `manifest.json` of a run folder. */
export interface StoredManifest extends Manifest {
  readonly overrides: Overrides;
  readonly spec: SpecRecord;
}

export function recordSpec(experiment: Experiment): SpecRecord {
  const { title, question, axes, products, columns, fits, claims, charts, sampling, deadlineSeconds } = experiment;
  return {
    file: experiment.file,
    title,
    question,
    axes,
    products,
    where: experiment.where.map((expression) => expression.text),
    measures: experiment.measures.map((measure) =>
      measure.kind === "timed"
        ? { name: measure.name, version: measure.version, column: Object.keys(measure.columns)[0]! }
        : { name: measure.name, version: measure.version },
    ),
    columns,
    fits,
    claims,
    charts,
    sampling,
    deadlineSeconds,
  };
}

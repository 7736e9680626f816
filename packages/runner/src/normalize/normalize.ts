import type { Measure, Value } from "@xattn/measures/contract";
import { InputError, notOneOf } from "../errors/errors.ts";
import { compileExpression, type Expression } from "../expression/expression.ts";
import type { TableColumn } from "../run-data.ts";
import type { ChartSpec } from "../spec/chart.ts";
import type { ClaimSpec } from "../spec/claim.ts";
import { type ExperimentSpec, isExperiment, type Profile, type Sampling } from "../spec/experiment.ts";
import type { FitSpec } from "../spec/fit.ts";
import { experimentSchema } from "../spec/schema.ts";
import { checkAxes } from "./check-axes.ts";
import { checkMeasures } from "./check-measures.ts";
import { checkReferences } from "./check-references.ts";
import type { Overrides } from "./overrides.ts";
import { shapeProblem } from "./shape-problem.ts";
import { tableColumns } from "./table-columns.ts";

/** The values of every axis of one product. */
export type Product = Readonly<Record<string, readonly Value[]>>;

/** An experiment with profile and overrides applied, checked from end to end: what a plan is made of. */
export interface Experiment {
  readonly file: string;
  readonly name: string;
  readonly title: string;
  readonly question: string;
  readonly profile: string;
  readonly overrides: Overrides;
  readonly seed: number;
  /** Axis names in their order in the table. */
  readonly axes: readonly string[];
  /** The main product first, then those of `include`. */
  readonly products: readonly Product[];
  readonly where: readonly Expression[];
  readonly measures: readonly Measure[];
  readonly columns: readonly TableColumn[];
  readonly fits: Readonly<Record<string, FitSpec>>;
  readonly claims: readonly ClaimSpec[];
  readonly charts: readonly ChartSpec[];
  readonly sampling: Sampling;
  readonly deadlineSeconds: number;
}

export interface NormalizeOptions {
  /** For messages: where the spec is from. */
  readonly file: string;
  readonly profile?: string;
  readonly overrides?: Overrides;
  readonly seed?: number;
}

const defaultSampling: Sampling = {
  budgetSeconds: 1,
  precision: 0.02,
  sampleMs: 1,
  minimumRounds: 7,
  maximumRounds: 1000,
};

/**
 * Parses, checks and completes a spec.
 *
 * @throws InputError with the file, the field, the value and what would be right
 */
export function normalize(spec: unknown, options: NormalizeOptions): Experiment {
  const { file } = options;
  const parsed = parseShape(spec, file);
  const measures = checkMeasures(parsed.measures, file);
  const name = options.profile ?? parsed.defaultProfile ?? "quick";
  const profile = chooseProfile(parsed, name, options.profile !== undefined, file);

  const overrides = options.overrides ?? {};
  const axes: Product = { ...parsed.axes, ...definedEntries(profile.axes ?? {}), ...overrides };
  const includes = [...(parsed.include ?? []), ...(profile.include ?? [])]
    .map(definedEntries)
    .filter((product) => !Object.keys(product).some((axis) => Object.hasOwn(overrides, axis)));
  checkAxes(axes, measures, { file, spec: parsed.axes, overrides, profile: profile.axes ?? {}, includes });

  const axisNames = Object.keys(axes);
  const where = [parsed.where, profile.where]
    .filter((text) => text !== undefined)
    .map((text) => compileExpression(text, `${file}, where`, axisNames));
  const columns = tableColumns(axes, measures, file);
  const experiment: Experiment = {
    file,
    name: parsed.name,
    title: parsed.title,
    question: parsed.question,
    profile: name,
    overrides,
    seed: options.seed ?? parsed.seed ?? 1,
    axes: axisNames,
    products: [axes, ...includes.map((product) => ({ ...axes, ...product }))],
    where,
    measures,
    columns,
    fits: parsed.fits ?? {},
    claims: parsed.claims ?? [],
    charts: parsed.charts ?? [],
    sampling: { ...defaultSampling, ...parsed.sampling, ...profile.sampling },
    deadlineSeconds: parsed.deadlineSeconds ?? 60,
  };
  if (!Number.isSafeInteger(experiment.seed)) throw new InputError(`seed: ${experiment.seed} is not a whole number.`);
  if (experiment.sampling.minimumRounds > experiment.sampling.maximumRounds) {
    throw new InputError(`${file}, sampling: minimumRounds is above maximumRounds.`);
  }
  checkReferences(experiment);
  return experiment;
}

function parseShape(spec: unknown, file: string): ExperimentSpec {
  if (!isExperiment(spec)) {
    throw new InputError(
      `${file}: its default export is ${spec === undefined ? "missing" : "not an experiment"}; write export default defineExperiment({ … }).`,
    );
  }
  const result = experimentSchema.safeParse(spec);
  if (!result.success) throw new InputError(shapeProblem(result.error, spec, file));
  return result.data as unknown as ExperimentSpec;
}

function chooseProfile(spec: ExperimentSpec, name: string, asked: boolean, file: string): Profile<string> {
  const known = Object.keys(spec.profiles ?? {});
  const profile = spec.profiles && Object.hasOwn(spec.profiles, name) ? spec.profiles[name] : undefined;
  if (profile) return profile;
  if (!asked && spec.defaultProfile === undefined) return {};
  throw new InputError(
    known.length === 0
      ? `${file}: there is no profile "${name}"; the experiment has none.`
      : `${file}, profile: ${notOneOf(name, known)}`,
  );
}

function definedEntries(values: Readonly<Partial<Record<string, readonly Value[]>>>): Product {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, readonly Value[]] => entry[1] !== undefined),
  );
}

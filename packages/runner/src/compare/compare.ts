import { seededRandom } from "@xattn/core/random";
import type { Parameters } from "@xattn/measures/contract";
import { InputError } from "../errors/errors.ts";
import { compareDeterministic } from "../reproduce/deterministic.ts";
import type { PairedRows } from "../reproduce/reproduce.ts";
import { compareSampled } from "../reproduce/sampled.ts";
import type { Reproduction } from "../reproduce/verdict.ts";
import type { Estimate, Row, RunData, TableColumn } from "../run-data.ts";
import type { StoredManifest } from "../store/manifest.ts";
import { type EnvironmentChange, environmentChanges } from "./environments.ts";
import { type RunSamples, sampleKey } from "./read-samples.ts";
import { type CellChange, compareTimed, type PairedCell } from "./timed-column.ts";
import { type ChangeVerdict, worstChange } from "./verdict.ts";

/** One run to compare: its data, and the raw samples of its ledger. */
export interface ComparedRun {
  readonly data: RunData & { readonly manifest: StoredManifest };
  readonly samples: RunSamples;
}

/** What became of one column. */
export interface ColumnChange {
  readonly column: string;
  readonly verdict: ChangeVerdict;
  readonly evidence: string;
  /** Time after ÷ before; only for timed columns. */
  readonly ratio?: Estimate;
  /** How many times slower the machine itself was. */
  readonly machine?: number;
  /** Cells with a verdict of their own, only for timed columns. */
  readonly cells?: readonly CellChange[];
}

export interface RunChange {
  readonly verdict: ChangeVerdict;
  readonly environment: readonly EnvironmentChange[];
  readonly columns: readonly ColumnChange[];
  /** Claims whose verdict is another one; told, and not judged. */
  readonly claims: readonly { readonly name: string; readonly before: string; readonly after: string }[];
}

export interface CompareOptions {
  /** The smallest change of a time that matters; 0.02 when absent. */
  readonly threshold?: number;
  /** The chance that runs of the same code are called faster or slower; 0.05 when absent. */
  readonly wrong?: number;
}

/**
 * What changed from one run of an experiment to another: times by their ratio with an interval, deterministic columns
 * value by value. Times of two hosts are not held together.
 *
 * @throws InputError when the runs are of two experiments, or have no point in common
 */
export function compareChange(before: ComparedRun, after: ComparedRun, options: CompareOptions = {}): RunChange {
  const { threshold = 0.02, wrong = 0.05 } = options;
  const [earlier, later] = [before.data.manifest, after.data.manifest];
  if (earlier.experiment !== later.experiment) {
    throw new InputError(
      `These are runs of two experiments, ${earlier.experiment} and ${later.experiment}; needs two runs of one.`,
    );
  }
  const pairs = pairRows(before.data, after.data);
  if (pairs.every(({ rerun }) => rerun === undefined)) {
    throw new InputError("The runs have no point in common: no row has the same value on every axis in both.");
  }
  const environment = environmentChanges(earlier, later);
  const otherHost = environment.filter(({ host }) => host);
  const timed = new Map(earlier.spec.measures.flatMap(({ name, column }) => (column ? [[column, name] as const] : [])));
  const random = seededRandom(earlier.seed).fork("compare");
  const columns = before.data.columns.flatMap((column): ColumnChange[] => {
    if (column.role !== "measure" || column.kind === "descriptive" || isRatioOf(column.name, timed)) return [];
    const measure = timed.get(column.name);
    const changed = changedMeaning(column, earlier, later);
    if (changed) return [{ column: column.name, verdict: "ambiguous", evidence: changed }];
    if (column.kind === "sampled" && otherHost.length > 0) {
      const fields = otherHost.map(({ field }) => field).join(", ");
      return [{ column: column.name, verdict: "ambiguous", evidence: `two hosts (${fields} differ): not compared` }];
    }
    if (measure !== undefined) {
      return [compareTimedColumn(column, measure, before, after, pairs, { threshold, wrong: wrong / timed.size })];
    }
    const { verdict, evidence } =
      column.kind === "deterministic"
        ? compareDeterministic(column, pairs, true)
        : compareSampled(column, pairs, true, () => random.uniform());
    return [{ column: column.name, verdict: changeOf(verdict), evidence }];
  });
  return {
    verdict: worstChange(columns.map(({ verdict }) => verdict)),
    environment,
    columns,
    claims: changedClaims(before.data, after.data),
  };
}

function pairRows(before: RunData, after: RunData): readonly PairedRows[] {
  const axes = before.columns.filter((column) => column.role === "axis").map((column) => column.name);
  const keyOf = (row: Row) => JSON.stringify(axes.map((axis) => row[axis] ?? null));
  const byKey = new Map(after.rows.map((row) => [keyOf(row), row]));
  return before.rows.map((row) => ({ reference: row, rerun: byKey.get(keyOf(row)) }));
}

/** The ratio to a baseline says nothing about two runs that the times themselves do not. */
function isRatioOf(name: string, timed: ReadonlyMap<string, string>): boolean {
  return name.endsWith("Ratio") && timed.has(name.slice(0, -"Ratio".length));
}

/** A measure of another version means something else by the same name. */
function changedMeaning(column: TableColumn, before: StoredManifest, after: StoredManifest): string | undefined {
  const measure = measureOf(column.name, before);
  const version = before.spec.measures.find(({ name }) => name === measure)?.version;
  const now = after.spec.measures.find(({ name }) => name === measure)?.version;
  if (version === undefined || now === undefined || version === now) return undefined;
  return `the measure ${measure} is version ${version} then ${now}: its columns do not mean the same`;
}

/** Columns of a measure stand before its status column. */
function measureOf(column: string, { spec }: StoredManifest): string | undefined {
  const from = spec.columns.findIndex(({ name }) => name === column);
  return spec.columns
    .slice(from)
    .find(({ role }) => role === "status")
    ?.name.replace(/Status$/, "");
}

function compareTimedColumn(
  { name: column }: TableColumn,
  measure: string,
  before: ComparedRun,
  after: ComparedRun,
  rows: readonly PairedRows[],
  options: { readonly threshold: number; readonly wrong: number },
): ColumnChange {
  const { axes } = before.data.manifest.spec;
  const cells: PairedCell[] = [];
  let lost = 0;
  for (const { reference } of rows) {
    const parameters: Parameters = Object.fromEntries(axes.map((axis) => [axis, reference[axis] ?? null]));
    const key = sampleKey(measure, parameters);
    const [one, two] = [before.samples.get(key), after.samples.get(key)];
    if (one && two) cells.push({ parameters, before: one, after: two });
    else if (one) lost += 1;
  }
  if (lost > 0) {
    return { column, verdict: "missing", evidence: `${lost} of ${lost + cells.length} cells have no samples after` };
  }
  const change = compareTimed(cells, options);
  if (!change) return { column, verdict: "ambiguous", evidence: "no cell has enough samples in both runs" };
  const { verdict, ratio, machine, evidence } = change;
  const notable = change.cells.filter((cell) => cell.verdict === "slower" || cell.verdict === "faster");
  return { column, verdict, ratio, evidence, cells: notable, ...(machine === undefined ? {} : { machine }) };
}

function changeOf(verdict: Reproduction): ChangeVerdict {
  return verdict === "environment-differs" ? "drifted" : verdict;
}

function changedClaims(before: RunData, after: RunData): RunChange["claims"] {
  const later = new Map(after.claims.map(({ name, verdict }) => [name, verdict]));
  return before.claims.flatMap(({ name, verdict }) => {
    const now = later.get(name);
    return now === undefined || now === verdict ? [] : [{ name, before: verdict, after: now }];
  });
}

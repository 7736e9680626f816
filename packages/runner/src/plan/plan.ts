import type { Measure, Parameters, Value } from "@xattn/measures/contract";
import { InputError } from "../errors/errors.ts";
import type { Experiment, Product } from "../normalize/normalize.ts";
import { canonicalJson, sha256 } from "./canonical.ts";

/** One measure at one point of the sweep: the unit that is run, recorded, resumed and compared. */
export interface Cell {
  /** SHA-256 of the canonical JSON of parameters, seed, measure and its version. */
  readonly hash: string;
  readonly measure: string;
  readonly parameters: Parameters;
  readonly seed: number;
}

/** Cells that a worker process takes at once. */
export interface Job {
  readonly id: string;
  readonly measure: string;
  readonly exclusive: boolean;
  readonly cells: readonly Cell[];
  /** Arms that are run beside the cells so that ratios can be taken, and not recorded again. */
  readonly companions: readonly Cell[];
}

/** Direct cells that travel to a worker together. */
const cellsPerJob = 64;

/** The points of the sweep in the order of the table, one at a time; no point comes twice. */
export function* points(experiment: Experiment): Generator<Parameters> {
  for (const [index, product] of experiment.products.entries()) {
    const earlier = experiment.products.slice(0, index);
    for (const point of combinations(experiment.axes, product)) {
      if (passes(experiment, point) && !earlier.some((other) => contains(other, point))) yield point;
    }
  }
}

/** @throws InputError when nothing is left to run, or a point does not fit a measure */
export function countPoints(experiment: Experiment): number {
  let count = 0;
  for (const point of points(experiment)) {
    count += 1;
    for (const measure of experiment.measures) {
      const problem = measure.check?.(point);
      if (problem) {
        throw new InputError(
          `${experiment.file}: the measure ${measure.name} cannot take ${describe(point)}: ${problem}`,
        );
      }
    }
  }
  if (count === 0) {
    const where = experiment.where.map(({ text }) => `"${text}"`).join(" and ");
    throw new InputError(
      `${experiment.file}: no cell is left to run${where ? `: where ${where} is false at every point` : ""}. Widen an axis or the condition.`,
    );
  }
  return count;
}

/** The cell of a measure at a point. */
export function cellAt(point: Parameters, measure: Measure, seed: number): Cell {
  const identity = { measure: measure.name, parameters: point, seed, version: measure.version };
  return { hash: sha256(canonicalJson(identity)), measure: measure.name, parameters: point, seed };
}

/**
 * What there is left to do, job by job, direct measures first: they share the machine, and what they find out
 * does not depend on it.
 *
 * @param known hashes of cells that have an outcome
 */
export function* jobs(experiment: Experiment, known: ReadonlySet<string>): Generator<Job> {
  const ordered = [...experiment.measures].sort((left, right) => Number(left.exclusive) - Number(right.exclusive));
  for (const measure of ordered) {
    if (measure.kind === "timed") yield* timedJobs(experiment, measure, known);
    else yield* directJobs(experiment, measure, known);
  }
}

function* directJobs(experiment: Experiment, measure: Measure, known: ReadonlySet<string>): Generator<Job> {
  let cells: Cell[] = [];
  for (const point of points(experiment)) {
    const cell = cellAt(point, measure, experiment.seed);
    if (known.has(cell.hash)) continue;
    cells.push(cell);
    if (cells.length === cellsPerJob) {
      yield job(measure, cells, []);
      cells = [];
    }
  }
  if (cells.length > 0) yield job(measure, cells, []);
}

/** One job for every combination of the axes that are not arms: its cells differ in their arms alone. */
function* timedJobs(
  experiment: Experiment,
  measure: Extract<Measure, { kind: "timed" }>,
  known: ReadonlySet<string>,
): Generator<Job> {
  const arms = experiment.axes.filter((axis) => measure.arms.includes(axis));
  const others = experiment.axes.filter((axis) => !arms.includes(axis));
  for (const [index, product] of experiment.products.entries()) {
    const earlier = experiment.products.slice(0, index);
    for (const rest of combinations(others, product)) {
      const cells: Cell[] = [];
      const companions: Cell[] = [];
      for (const arm of combinations(arms, product)) {
        const point = inOrder(experiment.axes, { ...rest, ...arm });
        if (!passes(experiment, point) || earlier.some((other) => contains(other, point))) continue;
        const cell = cellAt(point, measure, experiment.seed);
        if (!known.has(cell.hash)) cells.push(cell);
        else if (isBaseline(measure, point)) companions.push(cell);
      }
      if (cells.length > 0) yield job(measure, cells, companions);
    }
  }
}

/** Whether a point is one that ratios of the measure are taken against. */
export function isBaseline(measure: Measure, point: Parameters): boolean {
  if (measure.kind !== "timed" || !measure.baseline) return false;
  return Object.entries(measure.baseline).every(
    ([axis, value]) => !Object.hasOwn(point, axis) || point[axis] === value,
  );
}

function job(measure: Measure, cells: readonly Cell[], companions: readonly Cell[]): Job {
  return { id: cells[0]!.hash.slice(0, 16), measure: measure.name, exclusive: measure.exclusive, cells, companions };
}

function* combinations(axes: readonly string[], product: Product): Generator<Record<string, Value>> {
  const lists = axes.map((axis) => product[axis]!);
  const positions = axes.map(() => 0);
  for (;;) {
    yield Object.fromEntries(axes.map((axis, index) => [axis, lists[index]![positions[index]!]!]));
    let axis = axes.length - 1;
    while (axis >= 0) {
      const next = positions[axis]! + 1;
      positions[axis] = next % lists[axis]!.length;
      if (next < lists[axis]!.length) break;
      axis -= 1;
    }
    if (axis < 0) return;
  }
}

function passes(experiment: Experiment, point: Parameters): boolean {
  return experiment.where.every((expression) => Boolean(expression.evaluate(point)));
}

function contains(product: Product, point: Parameters): boolean {
  return Object.entries(product).every(([axis, values]) => values.includes(point[axis]!));
}

function inOrder(axes: readonly string[], values: Readonly<Record<string, Value>>): Parameters {
  return Object.fromEntries(axes.map((axis) => [axis, values[axis]!]));
}

/** `n=64 m=16 variant=linear`, for messages and progress. */
export function describe(point: Parameters): string {
  return Object.entries(point)
    .map(([axis, value]) => `${axis}=${value}`)
    .join(" ");
}

/** Identifies what a run is to compute: two runs with the same plan hash have the same cells. */
export function planHash(experiment: Experiment): string {
  return sha256(
    canonicalJson({
      name: experiment.name,
      seed: experiment.seed,
      products: experiment.products.map((product) => experiment.axes.map((axis) => [axis, product[axis]])),
      where: experiment.where.map((expression) => expression.text),
      measures: experiment.measures.map(({ name, version }) => [name, version]),
      sampling: experiment.sampling,
    }),
  );
}

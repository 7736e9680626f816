import { type Random, seededRandom } from "@xattn/core/random";
import type { Arm, DirectMeasure, Measure, TimedMeasure, Value } from "@xattn/measures/contract";
import { messageOf } from "../errors/errors.ts";
import type { Outcome } from "../ledger/outcome.ts";
import type { Cell, Job } from "../plan/plan.ts";
import { referenceKernel } from "../reference-kernel/reference-kernel.ts";
import { type Samples, sampleBlock } from "../sampling/block.ts";
import { summarize } from "../sampling/summary.ts";
import type { Sampling } from "../spec/experiment.ts";

/** What a job needs from its surroundings. */
export interface JobContext {
  readonly sampling: Sampling;
  /** Milliseconds, fine and monotonic. */
  readonly now: () => number;
  /** Wall-clock time, ISO 8601. */
  readonly date: () => string;
  readonly report: (outcome: Outcome) => void;
  readonly onStep: () => void;
  /** Gives way to the event loop, so that an error that a cell left behind strikes while it is that cell's turn. */
  readonly settle: () => Promise<void>;
}

/** Runs the cells of a job and reports an outcome for each; a cell that throws does not stop the others. */
export async function runJob(job: Job, measure: Measure, context: JobContext): Promise<void> {
  if (measure.kind === "timed") await runTimed(job, measure, context);
  else for (const cell of job.cells) context.report(await runDirect(cell, measure, context));
}

async function runDirect(cell: Cell, measure: DirectMeasure, context: JobContext): Promise<Outcome> {
  context.onStep();
  const start = context.now();
  try {
    const values = await measure.run(cell.parameters, { seed: seedOf(cell) });
    await context.settle();
    return outcome(cell, context, start, { status: "ok", values: checkValues(values, measure) });
  } catch (error) {
    return outcome(cell, context, start, failure(error));
  }
}

async function runTimed(job: Job, measure: TimedMeasure, context: JobContext): Promise<void> {
  const cells = [...job.cells, ...job.companions];
  const recorded = new Set(job.cells);
  const start = context.now();
  const prepared: { cell: Cell; arm: Arm }[] = [];
  for (const cell of cells) {
    context.onStep();
    try {
      prepared.push({ cell, arm: await measure.prepare(cell.parameters, { seed: seedOf(cell) }) });
    } catch (error) {
      if (recorded.has(cell)) context.report(outcome(cell, context, start, failure(error)));
    }
  }
  try {
    await sampleArms(job, measure, prepared, recorded, context);
  } finally {
    for (const { arm } of prepared) await dispose(arm);
    await context.settle();
  }
}

/** The arm was measured before: what it fails to give back costs memory, and no outcome. */
async function dispose(arm: Arm): Promise<void> {
  try {
    await arm.dispose?.();
  } catch {}
}

async function sampleArms(
  job: Job,
  measure: TimedMeasure,
  prepared: readonly { readonly cell: Cell; readonly arm: Arm }[],
  recorded: ReadonlySet<Cell>,
  context: JobContext,
): Promise<void> {
  const column = Object.keys(measure.columns)[0]!;
  const random = seededRandom(job.cells[0]!.seed).fork(job.id);
  const baselines = prepared.map(({ cell }) => baselineOf(cell, measure, prepared));
  const anchors = new Set(baselines.filter((index) => index !== undefined));
  const kernel = referenceKernel(context.now);
  const results = await sampleBlock(
    prepared.map(({ arm }) => arm),
    {
      sampling: context.sampling,
      random,
      now: context.now,
      onStep: context.onStep,
      onRound: (round) => kernel.time(round),
      anchors,
    },
  );
  for (const [index, { cell }] of prepared.entries()) {
    if (!recorded.has(cell)) continue;
    const result = results[index]!;
    if ("error" in result) {
      context.report(outcome(cell, context, context.now(), failure(result.error)));
      continue;
    }
    const baseline = baselines[index] === undefined ? undefined : results[baselines[index]!];
    const paired = baseline && "samples" in baseline ? baseline.samples : undefined;
    const reference = kernel.timesOf(result.samples.rounds);
    context.report(timedOutcome(cell, job, column, { samples: result.samples, paired, reference }, random, context));
  }
}

/** What was sampled of one arm, with its baseline's samples and the reference kernel's times, where there are any. */
interface Measured {
  readonly samples: Samples;
  readonly paired: Samples | undefined;
  readonly reference: readonly number[] | undefined;
}

function timedOutcome(
  cell: Cell,
  job: Job,
  column: string,
  { samples, paired, reference }: Measured,
  random: Random,
  context: JobContext,
): Outcome {
  const spent = samples.times.reduce((sum, time) => sum + time, 0) * samples.batch;
  const start = context.now() - spent;
  try {
    const values = summarize(column, samples, paired, random.fork(`summary/${cell.hash}`), reference);
    return {
      ...outcome(cell, context, start, { status: "ok", values }),
      samples: samples.times,
      rounds: samples.rounds,
      ...(reference ? { reference } : {}),
      batch: samples.batch,
      block: job.id,
    };
  } catch (error) {
    return outcome(cell, context, start, failure(error));
  }
}

/** The index of the arm that ratios of a cell are taken against: the same point with the baseline's values. */
function baselineOf(
  cell: Cell,
  measure: TimedMeasure,
  prepared: readonly { readonly cell: Cell }[],
): number | undefined {
  if (!measure.baseline) return undefined;
  const { baseline } = measure;
  const wanted = Object.entries(cell.parameters).map(
    ([axis, value]) => [axis, Object.hasOwn(baseline, axis) ? baseline[axis] : value] as const,
  );
  const index = prepared.findIndex((other) => wanted.every(([axis, value]) => other.cell.parameters[axis] === value));
  return index < 0 ? undefined : index;
}

/** An axis called `seed` sets the seed of its cells; otherwise all share that of the run. */
function seedOf(cell: Cell): number {
  const { seed } = cell.parameters;
  return typeof seed === "number" ? seed : cell.seed;
}

/** NaN and infinities have no JSON: a measure that meets them says so in a column made for it. */
function checkValues(values: Readonly<Record<string, Value>>, measure: DirectMeasure): Record<string, Value> {
  const checked: Record<string, Value> = {};
  for (const column of Object.keys(measure.columns)) {
    const value = values[column];
    if (value === undefined) throw new TypeError(`measure ${measure.name}: the column ${column} is missing`);
    if (value !== null && !["number", "string", "boolean"].includes(typeof value)) {
      throw new TypeError(`measure ${measure.name}: the column ${column} is a ${typeof value}, and no value`);
    }
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw new RangeError(`measure ${measure.name}: the column ${column} is ${value}`);
    }
    checked[column] = value;
  }
  return checked;
}

function failure(error: unknown): Pick<Outcome, "status" | "error"> {
  const name = error instanceof Error ? String(error.name) : "Error";
  return {
    status: name === "UnsupportedError" ? "unsupported" : "failed",
    error: { name, message: messageOf(error).slice(0, 2000) },
  };
}

function outcome(
  cell: Cell,
  context: JobContext,
  start: number,
  ending: Pick<Outcome, "status" | "values" | "error">,
): Outcome {
  return {
    cell: cell.hash,
    measure: cell.measure,
    parameters: cell.parameters,
    seed: cell.seed,
    ...ending,
    seconds: Math.round(context.now() - start) / 1000,
    at: context.date(),
  };
}

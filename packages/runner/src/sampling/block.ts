import type { Random } from "@xattn/core/random";
import type { Arm } from "@xattn/measures/contract";
import { hasSettled, median } from "@xattn/stats";
import type { Sampling } from "../spec/experiment.ts";
import { stopRule } from "./stop.ts";

/** Samples of one arm: milliseconds a call, and the round in which each was taken. */
export interface Samples {
  readonly times: readonly number[];
  readonly rounds: readonly number[];
  /** Calls averaged in each sample. */
  readonly batch: number;
  readonly stopped: "precise" | "budget";
  /** Whether the warm-up ended before the times stopped falling. */
  readonly unsettled: boolean;
}

export interface BlockOptions {
  readonly sampling: Sampling;
  readonly random: Random;
  /** Milliseconds, with a fine resolution, never going back. */
  readonly now: () => number;
  /** Called before an arm is called, outside what is timed. */
  readonly onStep?: (arm: number) => void;
  /** Called at the beginning of every round, outside what is timed. */
  readonly onRound?: (round: number) => void;
  /** Arms that go on as long as any other does, so that their rounds can be paired. */
  readonly anchors: ReadonlySet<number>;
}

/** While an arm warms up, a sample lasts at least this long, so that the clock's steps do not show. */
const warmUpSampleMs = 1;
/** Threads that sleep take up to a quarter of a millisecond to come back. */
const wakeMs = 1;

/** An arm that threw: the others are still sampled. */
export type ArmResult = { readonly samples: Samples } | { readonly error: unknown };

interface Lane {
  readonly arm: Arm;
  readonly times: number[];
  readonly rounds: number[];
  readonly stop: ReturnType<typeof stopRule>;
  batch: number;
  elapsed: number;
  unsettled: boolean;
  stopped: "precise" | "budget" | undefined;
  error?: unknown;
}

/**
 * Samples the arms of a block interleaved: in every round each arm that still needs samples is timed once, in
 * random order. Drift of the machine then falls on all arms alike, and samples of one round can be paired.
 */
export async function sampleBlock(arms: readonly Arm[], options: BlockOptions): Promise<ArmResult[]> {
  const { sampling, random } = options;
  const budgetMs = sampling.budgetSeconds * 1000;
  const lanes: Lane[] = arms.map((arm, index) => {
    const bootstrap = random.fork(`stop/${index}`);
    const stop = stopRule({ ...sampling, budgetMs, random: () => bootstrap.uniform() });
    return { arm, times: [], rounds: [], stop, batch: 1, elapsed: 0, unsettled: false, stopped: undefined };
  });
  for (const [index, lane] of lanes.entries()) await guard(lane, () => warmUp(lane, index, budgetMs / 4, options));

  const indices = lanes.map((_, index) => index);
  const order = random.fork("order");
  for (let round = 0; ; round += 1) {
    const open = indices.filter((index) => !lanes[index]!.stopped && lanes[index]!.error === undefined);
    if (open.length === 0) break;
    options.onRound?.(round);
    const anchors = indices.filter((index) => isAnchorNeeded(lanes, index, options, budgetMs) && !open.includes(index));
    for (const index of order.shuffle([...open, ...anchors])) {
      const lane = lanes[index]!;
      await guard(lane, async () => {
        const time = await timeBatch(lane.arm, lane.batch, index, options);
        lane.times.push(time / lane.batch);
        lane.rounds.push(round);
        lane.elapsed += time;
        if (!lane.stopped) lane.stopped = lane.stop.enough(lane.times, lane.elapsed);
      });
    }
  }
  return lanes.map((lane) =>
    lane.error === undefined
      ? {
          samples: {
            times: lane.times,
            rounds: lane.rounds,
            batch: lane.batch,
            stopped: lane.stopped ?? "budget",
            unsettled: lane.unsettled,
          },
        }
      : { error: lane.error },
  );
}

/** A precise baseline keeps running for the others' sake, but not past twice its budget. */
function isAnchorNeeded(lanes: readonly Lane[], index: number, options: BlockOptions, budgetMs: number): boolean {
  const lane = lanes[index]!;
  return options.anchors.has(index) && lane.error === undefined && lane.elapsed < 2 * budgetMs;
}

async function guard(lane: Lane, action: () => Promise<void>): Promise<void> {
  if (lane.error !== undefined) return;
  try {
    await action();
  } catch (error) {
    lane.error = error ?? new Error("the arm threw nothing");
  }
}

/** Calls the arm until the median of groups of calls stops falling, and sets how many calls make a sample. */
async function warmUp(lane: Lane, index: number, limitMs: number, options: BlockOptions): Promise<void> {
  const start = options.now();
  const medians: number[] = [];
  let typical = 0;
  const callsIn = (milliseconds: number) => Math.max(1, Math.ceil(milliseconds / Math.max(typical, 1e-6)));
  do {
    const group: number[] = [];
    for (let call = 0; call < 5; call += 1) {
      group.push((await timeBatch(lane.arm, lane.batch, index, options)) / lane.batch);
      if (options.now() - start > limitMs) break;
    }
    typical = median(group);
    medians.push(typical);
    lane.batch = callsIn(warmUpSampleMs);
    lane.unsettled = !hasSettled(medians);
  } while (lane.unsettled && options.now() - start <= limitMs);
  lane.batch = callsIn(options.sampling.sampleMs);
}

async function timeBatch(arm: Arm, batch: number, index: number, options: BlockOptions): Promise<number> {
  options.onStep?.(index);
  if (arm.rest) await wake(arm, options.now);
  const start = options.now();
  for (let call = 0; call < batch; call += 1) {
    const pending = arm.call();
    if (pending) await pending;
  }
  const time = options.now() - start;
  await arm.rest?.();
  return time;
}

/** After a rest, threads sleep and caches hold another's data: calls that are not timed bring both back. */
async function wake(arm: Arm, now: () => number): Promise<void> {
  const start = now();
  do {
    const pending = arm.call();
    if (pending) await pending;
  } while (now() - start < wakeMs);
}

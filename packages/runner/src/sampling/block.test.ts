import { type Random, seededRandom } from "@xattn/core/random";
import type { Arm } from "@xattn/measures/contract";
import { describe, expect, test } from "vitest";
import type { Sampling } from "../spec/experiment.ts";
import { type ArmResult, type Samples, sampleBlock } from "./block.ts";

/** A clock that moves only when an arm is called, by what the arm says it costs. */
function laboratory(costs: readonly ((call: number) => number)[]) {
  let time = 0;
  const calls: number[] = [];
  const arms = costs.map((cost, index): Arm => {
    let count = 0;
    return {
      call() {
        calls.push(index);
        time += cost(count);
        count += 1;
      },
    };
  });
  return { arms, calls, now: () => time };
}

const sampling: Sampling = { budgetSeconds: 1, precision: 0.02, sampleMs: 1, minimumRounds: 7, maximumRounds: 50 };

async function sample(
  costs: readonly ((call: number) => number)[],
  more: Partial<Sampling> = {},
  anchors: readonly number[] = [],
  random: Random = seededRandom(1),
) {
  const lab = laboratory(costs);
  const steps: number[] = [];
  const results = await sampleBlock(lab.arms, {
    sampling: { ...sampling, ...more },
    random,
    now: lab.now,
    onStep: (arm) => steps.push(arm),
    anchors: new Set(anchors),
  });
  return { results, steps, calls: lab.calls };
}

function samplesOf(result: ArmResult | undefined): Samples {
  if (!result || !("samples" in result)) throw new Error("the arm has no samples");
  return result.samples;
}

const noisy = (mean: number, spread: number, seed = 3) => {
  const random = seededRandom(seed);
  return () => mean * (1 + spread * (random.uniform() - 0.5));
};

test("longer samples take more calls each, and no fewer than one", async () => {
  const { results } = await sample([() => 0.03, () => 30], { sampleMs: 6 });
  const [quick, slow] = results.map(samplesOf);
  expect(quick!.batch).toBeGreaterThanOrEqual(200);
  expect(quick!.batch).toBeLessThanOrEqual(201);
  expect(slow!.batch).toBe(1);
  expect(quick!.times[0]).toBeCloseTo(0.03, 9);
});

test("samples are milliseconds a call, in batches of at least a millisecond", async () => {
  const { results } = await sample([() => 0.03, () => 5, () => 1]);
  const [quick, slow, one] = results.map(samplesOf);
  expect(quick!.batch).toBe(34);
  expect(slow!.batch).toBe(1);
  expect(one!.batch).toBe(1);
  for (const time of quick!.times) expect(time).toBeCloseTo(0.03, 9);
  expect(quick!.batch * quick!.times[0]!).toBeGreaterThanOrEqual(1);
});

test("in every round each arm runs once, in an order that changes", async () => {
  const { results, steps } = await sample([noisy(2, 1, 1), noisy(2, 1, 2), noisy(2, 1, 4)], { maximumRounds: 30 });
  const rounds = Math.max(...results.flatMap((result) => samplesOf(result).rounds)) + 1;
  expect(rounds).toBe(30);
  const sampled = steps.slice(-3 * rounds);
  const orders = Array.from({ length: rounds }, (_, round) => sampled.slice(3 * round, 3 * round + 3));
  for (const order of orders) expect([...order].sort()).toEqual([0, 1, 2]);
  expect(new Set(orders.map(String)).size).toBe(6);
  for (const result of results)
    expect(samplesOf(result).rounds).toEqual(Array.from({ length: 30 }, (_, round) => round));
});

test("drift of the machine falls on all arms of a round alike", async () => {
  let time = 0;
  const drift = () => 1 + time / 500;
  const arms = [2, 4].map(
    (cost): Arm => ({
      call() {
        time += cost * drift();
      },
    }),
  );
  const results = await sampleBlock(arms, { sampling, random: seededRandom(2), now: () => time, anchors: new Set() });
  const [left, right] = results.map(samplesOf);
  for (const [index, denominator] of left!.times.entries()) {
    if (index < right!.times.length) expect(right!.times[index]! / denominator).toBeCloseTo(2, 1);
  }
});

describe("an arm stops", () => {
  test("when its median is precise, after the fewest rounds", async () => {
    const { results } = await sample([() => 3]);
    expect(samplesOf(results[0])).toMatchObject({ stopped: "precise", unsettled: false });
    expect(samplesOf(results[0]).times).toHaveLength(7);
  });

  test("when its budget is spent", async () => {
    const { results } = await sample([noisy(40, 1)], { budgetSeconds: 0.6, maximumRounds: 1000 });
    const { stopped, times } = samplesOf(results[0]);
    expect(stopped).toBe("budget");
    const spent = times.reduce((sum, time) => sum + time, 0);
    expect(spent).toBeGreaterThanOrEqual(600);
    expect(spent - times.at(-1)!).toBeLessThan(600);
  });

  test("at most rounds, and not before the fewest even when they cost more than the budget", async () => {
    expect(samplesOf((await sample([noisy(2, 1)])).results[0]).times).toHaveLength(50);
    const { times, unsettled } = samplesOf((await sample([noisy(5000, 1)])).results[0]);
    expect(times).toHaveLength(7);
    expect(unsettled).toBe(true);
  });
});

test("a precise anchor goes on beside the others, so that rounds pair, up to twice its budget", async () => {
  const costs = [() => 2, noisy(2, 1)];
  const alone = samplesOf((await sample(costs)).results[0]);
  expect(alone.times).toHaveLength(7);
  const [anchor, other] = (await sample(costs, {}, [0])).results.map(samplesOf);
  expect(anchor!.rounds).toEqual(other!.rounds);
  expect(anchor!.stopped).toBe("precise");
  const dear = (await sample([() => 50, noisy(2, 1)], { budgetSeconds: 0.2 }, [0])).results.map(samplesOf);
  expect(dear[0]!.times.length).toBeLessThan(dear[1]!.times.length);
  expect(dear[0]!.times.reduce((sum, time) => sum + time, 0)).toBeLessThanOrEqual(2 * 200 + 50);
});

test.each([0, 24])("an arm that throws at call %i does not stop the others", async (at) => {
  const failure = new Error("the kernel broke");
  const broken = (call: number) => {
    if (call >= at) throw failure;
    return 1.5;
  };
  const { results } = await sample([broken, () => 3, noisy(2, 1)]);
  expect(results[0]).toEqual({ error: failure });
  expect(samplesOf(results[1]).times).toHaveLength(7);
  expect(samplesOf(results[2]).times).toHaveLength(50);
});

test("an arm that throws nothing is still an arm that threw", async () => {
  const { results } = await sample([
    () => {
      throw undefined;
    },
  ]);
  expect(results[0]).toHaveProperty("error");
});

test("the warm-up waits until times stop falling", async () => {
  const { results } = await sample([(call) => 2 + 20 * Math.exp(-call / 10)], { budgetSeconds: 10 });
  const { times, unsettled } = samplesOf(results[0]);
  expect(unsettled).toBe(false);
  expect(Math.max(...times)).toBeLessThan(2.5);
});

test("the same seed gives the same order", async () => {
  const costs = () => [noisy(2, 1, 1), noisy(2, 1, 2)];
  const run = async (seed: number) => (await sample(costs(), {}, [], seededRandom(seed))).steps;
  expect(await run(5)).toEqual(await run(5));
  expect(await run(5)).not.toEqual(await run(6));
});

test("no arms, no results", async () => {
  expect((await sample([])).results).toEqual([]);
});

test("an arm rests after every sample and is awake before the next, and neither is timed", async () => {
  let time = 0;
  let rests = 0;
  let samples = 0;
  let asleep = true;
  const arm: Arm = {
    call() {
      time += asleep ? 0.6 : 0.2;
      asleep = false;
    },
    rest() {
      rests += 1;
      asleep = true;
      time += 40;
    },
  };
  const [result] = await sampleBlock([arm], {
    sampling,
    random: seededRandom(1),
    now: () => time,
    onStep: () => (samples += 1),
    anchors: new Set(),
  });
  expect(rests).toBe(samples);
  for (const sample of samplesOf(result).times) expect(sample).toBeCloseTo(0.2, 9);
});

test("every round begins with a call outside what is timed", async () => {
  let time = 0;
  const rounds: number[] = [];
  const [result] = await sampleBlock(
    [
      {
        call() {
          time += 2;
        },
      },
    ],
    {
      sampling,
      random: seededRandom(1),
      now: () => time,
      onRound: (round) => {
        rounds.push(round);
        time += 70;
      },
      anchors: new Set(),
    },
  );
  expect(samplesOf(result).rounds).toEqual(rounds);
  expect(new Set(samplesOf(result).times)).toEqual(new Set([2]));
});

import { seededRandom } from "@xattn/core/random";
import { expect, test } from "vitest";
import type { Samples } from "./block.ts";
import { summarize } from "./summary.ts";

const samples = (times: readonly number[], more: Partial<Samples> = {}): Samples => ({
  times,
  rounds: times.map((_, round) => round),
  batch: 1,
  stopped: "precise",
  unsettled: false,
  ...more,
});
const random = () => seededRandom(1);
const normal = (count: number, mean: number, seed = 2) => {
  const source = seededRandom(seed);
  return Array.from({ length: count }, () => mean + 0.01 * source.normal());
};

test("median with its interval, and the number of rounds", () => {
  const values = summarize("time", samples([1, 2, 3, 4, 5, 6, 7]), undefined, random());
  expect(values).toMatchObject({ time: 4, timeRounds: 7, timeFlags: "" });
  expect(values.timeLow).toBeLessThan(4);
  expect(values.timeHigh).toBeGreaterThan(4);
  expect(values).not.toHaveProperty("timeRatio");
});

test("the ratio is the median over paired rounds, not the ratio of medians", () => {
  const baseline = samples([1, 10, 100, 1000, 10000]);
  const arm = samples([2, 20, 200, 2000], { rounds: [0, 1, 2, 3] });
  expect(summarize("time", arm, baseline, random())).toMatchObject({ timeRatio: 2, timeRatioLow: 2, timeRatioHigh: 2 });
  const shifted = samples([20, 200, 2000], { rounds: [1, 2, 3] });
  expect(summarize("time", shifted, baseline, random()).timeRatio).toBe(2);
});

test("fewer than three shared rounds give no ratio", () => {
  const arm = samples([1, 2, 3], { rounds: [5, 6, 7] });
  const values = summarize("time", arm, samples([1, 2, 3], { rounds: [6, 7, 8] }), random());
  expect(values).toMatchObject({ timeRatio: null, timeRatioLow: null, timeRatioHigh: null });
});

test.each<[string, Samples]>([
  ["budget", samples([1, 2, 3], { stopped: "budget" })],
  ["unsettled", samples([1, 2, 3], { unsettled: true })],
  ["mild:1", samples([1, 2, 3, 4, 5, 6, 7, 8, 15.5])],
  ["severe:1", samples([1, 2, 3, 4, 5, 6, 7, 8, 100])],
  ["trend", samples(Array.from({ length: 30 }, (_, index) => 1 + index / 30))],
  ["multimodal", samples([...normal(50, 1), ...normal(50, 2, 3)].map((_, at, all) => all[(at * 37) % 100]!))],
])("flag %s", (flag, given) => {
  expect(String(summarize("time", given, undefined, random()).timeFlags).split(" ")).toContain(flag);
});

test("steady samples have no flags", () => {
  expect(summarize("time", samples(normal(20, 1)), undefined, random()).timeFlags).toBe("");
});

test("the drift of the machine is that of the reference kernel, and a large one is a flag", () => {
  const of = (reference?: readonly number[]) =>
    summarize("time", samples(normal(9, 1)), undefined, random(), reference);
  expect(of([1, 1, 1, 1, 1, 1, 1.2, 1.2, 1.2])).toMatchObject({
    timeDrift: expect.closeTo(0.2, 9),
    timeFlags: expect.stringMatching(/drift/),
  });
  expect(of([1, 1, 1, 1, 1, 1, 1.04, 1.04, 1.04]).timeFlags).not.toMatch(/drift/);
  expect(of([1.2, 1.2, 1.2, 1, 1, 1, 1, 1, 1]).timeFlags).toMatch(/drift/);
  expect(of()).toMatchObject({ timeDrift: null });
});

import { expect, test } from "vitest";
import { referenceKernel } from "./reference-kernel.ts";
import { fixedWork } from "./work.ts";

test("each round has its own time, in milliseconds", () => {
  const readings = [0, 1, 5, 7, 10, 10.5];
  const kernel = referenceKernel(() => readings.shift()!);
  for (const round of [0, 1, 2]) kernel.time(round);
  expect(kernel.timesOf([2, 0])).toEqual([0.5, 1]);
  expect(kernel.timesOf([])).toEqual([]);
});

test("a clock that does not move gives no times, and neither does a round that was not timed", () => {
  const still = referenceKernel(() => 3);
  still.time(0);
  expect(still.timesOf([0])).toBeUndefined();
  expect(referenceKernel(() => 0).timesOf([7])).toBeUndefined();
});

test("the work is the same each time and depends on nothing else", () => {
  const [one, two] = [fixedWork(), fixedWork()];
  one.run(3);
  two.run(1);
  two.run(2);
  expect(one.result()).toBe(two.result());
  expect(one.result()).not.toBe(0);
});

test("it takes real time on the real clock", () => {
  const kernel = referenceKernel(() => performance.now());
  kernel.time(0);
  expect(kernel.timesOf([0])![0]).toBeGreaterThan(0);
});

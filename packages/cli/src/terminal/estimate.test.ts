import { expect, test } from "vitest";
import { clock, estimator } from "./estimate.ts";

test("uses the guess before a measure starts, and its pace once cells have ended", () => {
  const estimate = estimator({ cost: { cells: 100, guess: 0.01 }, time: { cells: 10, guess: 2 } });
  expect(estimate.remaining(0)).toBeCloseTo(21, 10);
  estimate.started("cost", 0);
  estimate.ended("cost", 50, 1);
  expect(estimate.remaining(1)).toBeCloseTo(1 + 20, 10);
  estimate.ended("cost", 50, 2);
  estimate.started("time", 2);
  estimate.ended("time", 5, 17);
  expect(estimate.remaining(17)).toBeCloseTo(15, 10);
  expect(estimate.remaining(19)).toBeCloseTo(13, 10);
});

test("never goes below zero and ignores measures it was not told of", () => {
  const estimate = estimator({ time: { cells: 1, guess: 1 } });
  estimate.started("other", 0);
  estimate.ended("other", 3, 1);
  estimate.started("time", 0);
  expect(estimate.remaining(100)).toBe(0);
});

test("clock", () => {
  expect(clock(0.4)).toBe("0:00");
  expect(clock(65)).toBe("1:05");
  expect(clock(7384)).toBe("2:03:04");
});

import type { Arm } from "@xattn/measures/contract";
import { expect, test } from "vitest";
import { calibration } from "./calibration.ts";

/** The least time of many short samples, arms in turns: what other work adds is left out. */
async function leastTimes(arms: readonly Arm[]): Promise<number[]> {
  const least = arms.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < 400; round += 1) {
    for (const [index, arm] of arms.entries()) {
      const start = performance.now();
      await arm.call();
      if (round > 50) least[index] = Math.min(least[index]!, performance.now() - start);
    }
  }
  return least;
}

test("the twin does the same work, the slower arm a tenth more", async () => {
  const measure = calibration();
  const prepare = (arm: string) => measure.prepare({ arm, repetition: 1 }, { seed: 1 });
  const [same, twin, slower] = (await leastTimes(
    await Promise.all(["same", "twin", "slower"].map((arm) => prepare(arm))),
  )) as [number, number, number];
  expect(twin / same).toBeCloseTo(1, 1);
  expect(slower / same).toBeGreaterThan(1.05);
  expect(slower / same).toBeLessThan(1.15);
});

test("only its three arms and whole repetitions are allowed", () => {
  const { parameters, arms, baseline } = calibration();
  expect(parameters.arm!.safeParse("other").success).toBe(false);
  expect(parameters.repetition!.safeParse(0).success).toBe(false);
  expect([arms, baseline]).toEqual([["arm"], { arm: "same" }]);
});

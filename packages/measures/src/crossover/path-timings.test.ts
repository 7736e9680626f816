import { calibrateThreshold } from "@xattn/core";
import { expect, test } from "vitest";
import { pathTimings } from "./path-timings.ts";

/** Times that follow n·m·d and (n + m)·d² exactly: with n = m they meet at n = 2·d. */
const rows = [32, 64].flatMap((d) =>
  [16, 32, 64, 128, 256, 512].flatMap((n) => [
    { n, m: n, d, variant: "standard", time: n * n * d * 1e-6 },
    { n, m: n, d, variant: "linear", time: 2 * n * d * d * 1e-6 },
    { n, m: n, d, variant: "chunked", time: 1 },
  ]),
);

test.each([32, 64])("the threshold lies where both paths take as long, d = %d", (d) => {
  const { threshold, regret, measured } = calibrateThreshold(pathTimings(rows, { d }));
  // At n = 2·d both are right, and the larger of equal thresholds keeps exactness there.
  expect(threshold).toBe((4 * d) ** 2);
  expect(regret).toBe(0);
  expect(measured).toEqual([16 ** 2, 512 ** 2]);
});

test("sizes without both times are left out", () => {
  const some = [
    ...rows.slice(0, 3),
    { n: 7, m: 7, d: 32, variant: "linear", time: 2 },
    { ...rows[3], time: null },
    rows[4]!,
  ];
  expect(pathTimings(some)).toEqual([{ n: 16, m: 16, standard: 16 * 16 * 32e-6, linear: 2 * 16 * 32 * 32e-6 }]);
});

test("one time a size and variant, or where has to say more", () => {
  expect(() => pathTimings(rows)).toThrow(/leaves several times of standard at n = 16, m = 16/);
});

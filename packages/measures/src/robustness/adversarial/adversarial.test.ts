import { seededRandom } from "@xattn/core";
import { expect, test } from "vitest";
import { remember } from "../remember.ts";
import { adversarialRobustness } from "./adversarial.ts";
import { ranksWithIntervals } from "./ranking.ts";

const cell = { variant: "standard", on: "context", norm: "l2", budget: 0.1, n: 4, m: 4, d: 4, draws: 6 };
const run = async (more: object = {}) => adversarialRobustness().run({ ...cell, ...more }, { seed: 3 });

test("ascent does more harm than chance to smooth attention, inside the certified bound", async () => {
  const values = await run();
  expect(values.leastRatio).toBeGreaterThan(1);
  expect(values.harmRatio).toBeGreaterThanOrEqual(Number(values.leastRatio));
  expect(values.twiceShare).toBeLessThanOrEqual(1);
  expect(values.worstCertifiedShare).toBeGreaterThan(0.05);
  expect(values.worstCertifiedShare).toBeLessThanOrEqual(1);
  expect(Number(values.worstChange)).toBeGreaterThan(Number(values.randomChange));
  expect((await run({ variant: "linear" })).worstCertifiedShare).toBeNull();
});

test("ranks of all variants are those of their worst changes, and tell kernels of one formula nothing apart", async () => {
  const names = ["standard", "chunked", "sparse", "entmax", "linear", "favor-positive"];
  const all = await Promise.all(names.map((variant) => run({ variant })));
  const changes = all.map(({ worstChange }) => Number(worstChange));
  const ranks = all.map(({ robustnessRank }) => Number(robustnessRank));
  expect(ranks.reduce((sum, rank) => sum + rank, 0)).toBe(21);
  expect(ranks[1]).toBe(ranks[0]);
  expect(changes[1]! / changes[0]!).toBeCloseTo(1, 6);
  for (const [i, change] of changes.entries()) {
    for (const [j, other] of changes.entries()) if (ranks[i]! < ranks[j]!) expect(change).toBeLessThan(other);
  }
});

test("a smaller budget does less harm", async () => {
  expect(Number((await run({ budget: 0.01 })).worstChange)).toBeLessThan(Number((await run()).worstChange));
});

test("with n = m = d the variants cost alike, but for the sparse one", async () => {
  for (const variant of ["standard", "chunked", "entmax", "linear", "favor-positive"]) {
    const { costShare } = await run({ variant, n: 16, m: 16, d: 16 });
    expect(Math.abs(Number(costShare) - 1)).toBeLessThan(0.1);
  }
  expect((await run({ variant: "sparse", n: 16, m: 16, d: 16 })).costShare).toBe(0.625);
}, 60_000);

test("ranks by the median, with an interval that is a point when draws agree", () => {
  const clear = [
    [3, 3.1, 2.9],
    [1, 1.1, 0.9],
    [2, 2.1, 1.9],
  ];
  expect(ranksWithIntervals(clear, seededRandom(1))).toEqual([
    { estimate: 3, low: 3, high: 3 },
    { estimate: 1, low: 1, high: 1 },
    { estimate: 2, low: 2, high: 2 },
  ]);
  const tied = ranksWithIntervals(
    [
      [1, 2, 3],
      [1 + 1e-9, 2, 3],
      [9, 9, 9],
    ],
    seededRandom(1),
  );
  expect(tied.map(({ estimate }) => estimate)).toEqual([1.5, 1.5, 3]);
  const crossing = ranksWithIntervals(
    [
      [1, 5, 1, 5, 1, 5, 1],
      [3, 3, 3, 3, 3, 3, 3],
    ],
    seededRandom(1),
  );
  expect(crossing[0]).toEqual({ estimate: 1, low: 1, high: 2 });
});

test("remembers the last results, and forgets the oldest", () => {
  const asked: number[] = [];
  const square = remember(2, ({ x }: { x: number }) => {
    asked.push(x);
    return x * x;
  });
  expect([1, 2, 1, 3, 2, 1].map((x) => square({ x }))).toEqual([1, 4, 1, 9, 4, 1]);
  expect(asked).toEqual([1, 2, 3, 1]);
});

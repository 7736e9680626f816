import { convert, randomNormal, seededRandom, toFloat64 } from "@xattn/core";
import { expect, test } from "vitest";
import { relativeError } from "../accuracy/relative-error.ts";
import { type Parameters, UnsupportedError } from "../contract/measure.ts";
import { approximation } from "./approximation.ts";
import { methodNames } from "./methods.ts";

const sizes = { n: 12, m: 16, d: 4, norm: 1 };
const run = async (variant: string, budget: number, more: Parameters = {}) =>
  approximation().run({ variant, budget, ...sizes, ...more }, { seed: 4 });

/** Σⱼ wᵢⱼ·vⱼ / Σⱼ wᵢⱼ by loops over the same inputs, for any rule that makes a row of weights of a row of logits. */
function byLoops(weigh: (logits: readonly number[], query: number) => readonly number[]): Float64Array {
  const random = seededRandom(4);
  const draw = (name: string, rows: number) => {
    const data = toFloat64(convert(randomNormal(random.fork(name), [rows, sizes.d]), "float64"));
    return Array.from({ length: rows }, (_, row) => [...data.subarray(row * sizes.d, (row + 1) * sizes.d)]);
  };
  const [queries, keys, values] = [draw("query", sizes.n), draw("key", sizes.m), draw("value", sizes.m)];
  return Float64Array.from(
    queries.flatMap((q, query) => {
      const weights = weigh(
        keys.map((k) => k.reduce((sum, x, column) => sum + x * q[column]!, 0) / Math.sqrt(sizes.d)),
        query,
      );
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      return q.map((_, column) => values.reduce((sum, v, key) => sum + (weights[key]! / total) * v[column]!, 0));
    }),
  );
}

const exact = byLoops((logits) => logits.map(Math.exp));

test("top-k is the softmax over the k largest logits", async () => {
  const kept = byLoops((logits) => {
    const least = [...logits].sort((left, right) => right - left)[4]!;
    return logits.map((logit) => (logit >= least ? Math.exp(logit) : 0));
  });
  expect((await run("sparse", 5)).methodError).toBeCloseTo(relativeError(kept, exact), 10);
  expect((await run("sparse", 16)).methodError).toBeLessThan(1e-15);
});

test("the window holds as many keys as it may spend", async () => {
  const near = byLoops((logits, query) =>
    logits.map((logit, key) => (key >= query - 2 && key <= query + 3 ? Math.exp(logit) : 0)),
  );
  const values = await run("window", 6);
  expect(values.methodError).toBeCloseTo(relativeError(near, exact), 10);
  // Of 12 queries the first two lack 2 and 1 keys before them; the last looks at keys 9 … 14 of 16.
  expect(values.methodMultiplyAdds).toBe((12 * 6 - 3) * 2 * sizes.d);
  expect(values.density).toBe(6 / 16);
});

test("random features get better with their number, elu+1 has no budget", async () => {
  for (const variant of ["favor-positive", "favor-trigonometric"]) {
    const few = Number((await run(variant, 8, { norm: 0.5 })).methodError);
    const many = Number((await run(variant, 2048, { norm: 0.5 })).methodError);
    expect(many).toBeLessThan(few / 4);
  }
  expect((await run("linear", 8)).ratioToHalf).toBe(1);
});

test("ratios are those of the errors of separate cells", async () => {
  const [half, whole, positive] = await Promise.all([
    run("favor-trigonometric", 16),
    run("favor-trigonometric", 32),
    run("favor-positive", 32),
  ]);
  expect(whole.ratioToHalf).toBe(Number(whole.methodError) / Number(half.methodError));
  expect(whole.overPositive).toBe(Number(whole.methodError) / Number(positive.methodError));
  expect((await run("sparse", 1)).ratioToHalf).toBeNull();
});

test("with a landmark for each query and key Nyström attention is exact up to its inverse", async () => {
  expect((await run("nystrom", 8, { n: 8, m: 8, norm: 0.5 })).methodError).toBeLessThan(0.1);
});

test("nobody spends more keys than there are", async () => {
  for (const variant of methodNames.slice(3)) {
    await expect(run(variant, 17)).rejects.toBeInstanceOf(UnsupportedError);
    expect((await run(variant, 12)).methodError).toBeGreaterThan(0);
  }
  await expect(run("nystrom", 13)).rejects.toThrow(/at most 12 here/);
});

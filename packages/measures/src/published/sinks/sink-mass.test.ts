import { randomNormal, seededRandom } from "@xattn/core";
import { expect, test } from "vitest";
import type { Parameters } from "../../contract/measure.ts";
import { sinkMass } from "./sink-mass.ts";

const base = { sink: "none", n: 32, d: 8, planted: 0, shift: 0, draws: 6 };
const run = async (more: Parameters = {}) =>
  (await sinkMass().run({ ...base, ...more }, { seed: 4 })) as Record<string, number>;

/** Mean weight on the first key and mean of what rows lack of 1, by loops over the draws' own queries and keys. */
function byLoops({ planted = 0, shift = 0, sink = 0 }: { planted?: number; shift?: number; sink?: number }) {
  const { n, d, draws } = base;
  let [first, missing] = [0, 0];
  for (let draw = 0; draw < draws; draw += 1) {
    const random = seededRandom(4).fork(`draw ${draw}`);
    const of = (name: string) => randomNormal(random.fork(name), [n, d]).data;
    const [query, key] = [of("query"), of("key")];
    for (let i = 0; i < n; i += 1) {
      const powers = Array.from({ length: i + 1 }, (_, j) => {
        let logit = 0;
        for (let a = 0; a < d; a += 1) logit += (query[i * d + a]! * key[j * d + a]!) / Math.sqrt(d);
        return Math.exp(logit + shift + (j === 0 ? planted : 0));
      });
      const keys = powers.reduce((sum, power) => sum + power, 0);
      first += powers[0]! / (keys + sink);
      missing += sink / (keys + sink);
    }
  }
  return { first: first / (n * draws), missing: missing / (n * draws) };
}

test.each([
  ["none", 0],
  ["off-by-one", 1],
  ["ln n", 32],
])("masses with the sink %s are those of the softmax written out", async (sink, power) => {
  for (const more of [{}, { planted: 3 }, { shift: -4 }]) {
    const values = await run({ sink, ...more });
    const { first, missing } = byLoops({ sink: power, ...more });
    expect(values.firstMass).toBeCloseTo(first, 10);
    expect(values.sinkMass).toBeCloseTo(missing, 10);
  }
});

test("window errors are those of outputs summed over the window, with and without the first token", async () => {
  const { n, d, draws } = base;
  const [planted, reach] = [4, n / 4];
  const mean = { alone: 0, withFirst: 0 };
  for (let draw = 0; draw < draws; draw += 1) {
    const random = seededRandom(4).fork(`draw ${draw}`);
    const of = (name: string) => randomNormal(random.fork(name), [n, d]).data;
    const [query, key, value] = [of("query"), of("key"), of("value").fill(0, 0, d)];
    const outputs = (sees: (i: number, j: number) => boolean) =>
      Array.from({ length: n - reach }, (_, row) => {
        const i = row + reach;
        const keys = Array.from({ length: i + 1 }, (_, j) => j).filter((j) => sees(i, j));
        const powers = keys.map((j) => {
          let logit = j === 0 ? planted : 0;
          for (let a = 0; a < d; a += 1) logit += (query[i * d + a]! * key[j * d + a]!) / Math.sqrt(d);
          return Math.exp(logit);
        });
        const total = powers.reduce((sum, power) => sum + power, 0);
        return Array.from({ length: d }, (_, a) =>
          keys.reduce((sum, j, index) => sum + (powers[index]! / total) * value[j * d + a]!, 0),
        );
      }).flat();
    const full = outputs(() => true);
    const off = (other: readonly number[]) =>
      Math.hypot(...other.map((element, index) => element - full[index]!)) / Math.hypot(...full);
    mean.alone += off(outputs((i, j) => i - j < reach)) / draws;
    mean.withFirst += off(outputs((i, j) => i - j < reach || j === 0)) / draws;
  }
  const values = await run({ planted });
  expect(values.windowError).toBeCloseTo(mean.alone, 10);
  expect(values.windowWithFirstError).toBeCloseTo(mean.withFirst, 10);
});

test("without training the first token has the share of uniform weights, within the interval", async () => {
  const values = await run({ draws: 200 });
  expect(values.firstOverUniformLow).toBeLessThan(1);
  expect(values.firstOverUniformHigh).toBeGreaterThan(1);
  expect(values.firstOverUniformHigh! - values.firstOverUniformLow!).toBeLessThan(0.2);
  expect(values.firstOverUniform! * values.firstMassLow!).toBeCloseTo(
    values.firstOverUniformLow! * values.firstMass!,
    12,
  );
});

test("a window costs much more without the first token where that takes nearly all, and no more where it does not", async () => {
  const planted = await run({ planted: 9 });
  expect(planted.windowError).toBeGreaterThan(5 * planted.windowWithFirstError!);
  expect(planted.dropRatio).toBe(planted.windowError! / planted.windowWithFirstError!);
  expect((await run({ sink: "ln n" })).dropRatio).toBeLessThan(1.2);
});

test("sizes without a quarter are refused", () => {
  expect(() => sinkMass().run({ ...base, n: 30 }, { seed: 1 })).toThrow(/multiple of 4/);
});

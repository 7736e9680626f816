import { randomNormal, seededRandom } from "@xattn/core";
import { expect, test } from "vitest";
import { causalLeak } from "./causal-leak.ts";

const leak = (form: string, n: number, seed: number, d = 4) => causalLeak().run({ form, n, d }, { seed });

test.each([2, 3, 17, 64])("an additive mask keeps all of the future out, n = %d", async (n) => {
  expect(await leak("additive", n, 3)).toEqual({ futureMass: 0, largestChange: 0 });
});

test("with two positions the first gives the second 1 / (1 + exp(logit)) of its weight", async () => {
  const random = seededRandom(5);
  const [query, key] = ["query", "key"].map((name) => randomNormal(random.fork(name), [1, 1, 2, 4]).data);
  const logit = [0, 1, 2, 3].reduce((sum, index) => sum + query![index]! * key![index]!, 0) / 2;
  const { futureMass } = await leak("multiplicative", 2, 5);
  expect(futureMass).toBeCloseTo(1 / (1 + Math.exp(logit)) / 2, 12);
});

test("a multiplicative mask lets 1/(1 − a) + a·ln a/(1 − a)² through, a = √e, when logits are unit normal", async () => {
  const a = Math.sqrt(Math.E);
  const expected = 1 / (1 - a) + (a * Math.log(a)) / (1 - a) ** 2;
  const masses = await Promise.all(
    [1, 2, 3, 4].map(async (seed) => Number((await leak("multiplicative", 256, seed, 64)).futureMass)),
  );
  expect(Math.abs(masses.reduce((sum, mass) => sum + mass, 0) / masses.length - expected)).toBeLessThan(0.01);
});

test("what leaks is seen in the outputs", async () => {
  expect((await leak("multiplicative", 32, 1)).largestChange).toBeGreaterThan(0.1);
});

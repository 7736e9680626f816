import { attention, randomNormal, seededRandom, tensor } from "@xattn/core";
import { expect, test } from "vitest";
import type { Parameters } from "../contract/measure.ts";
import { pointing } from "./pointing.ts";
import { applyRule } from "./rules.ts";

const run = async (rule: string, more: Parameters = {}) =>
  pointing().run({ rule, objects: 5, d: 16, noise: 0.5, scenes: 60, ...more }, { seed: 8 });

test("without noise and with wide features every word finds its object, with nothing but noise one in five does", async () => {
  expect((await run("over-objects", { noise: 0, d: 256 })).accuracy).toBe(1);
  const { accuracy, accuracyLow, accuracyHigh } = await run("over-objects", { noise: 1000 });
  expect(Number(accuracyLow)).toBeLessThan(0.2 + 0.05);
  expect(Number(accuracyHigh)).toBeGreaterThan(0.2 - 0.05);
  expect(Math.abs(Number(accuracy) - 0.2)).toBeLessThan(0.08);
});

test("one object at a time every word points at the first: exactly one in five is right", async () => {
  const values = await run("single-object", { noise: 0, d: 256 });
  expect(values).toMatchObject({ accuracy: 0.2, chance: 0.2, smallestScore: 1, largestScore: 1 });
});

test("the softmax keeps the order of the logits", async () => {
  expect(await run("raw")).toMatchObject({ agreement: 1, gain: 0, gainLow: 0, gainHigh: 0 });
});

test("the gain is the difference of the accuracies of separate cells", async () => {
  const [usual, both] = await Promise.all([run("over-objects", { d: 6 }), run("both-ways", { d: 6 })]);
  expect(both.gain).toBeCloseTo(Number(both.accuracy) - Number(usual.accuracy), 12);
  expect(both.agreement).toBeLessThan(1);
});

test("both ways is the product of two softmaxes, and one at a time is attention's weight on its only key", () => {
  const random = seededRandom(1);
  const words = randomNormal(random, [2, 3, 4]);
  const objects = randomNormal(random, [2, 5, 4]);
  const both = applyRule("both-ways", words, objects);
  const logit = (b: number, w: number, o: number) =>
    [0, 1, 2, 3].reduce((sum, c) => sum + words.data[(b * 3 + w) * 4 + c]! * objects.data[(b * 5 + o) * 4 + c]!, 0) / 2;
  for (const [b, w, o] of [
    [0, 0, 0],
    [1, 2, 4],
    [1, 0, 3],
  ] as const) {
    const e = Math.exp(logit(b, w, o));
    const overObjects = [0, 1, 2, 3, 4].reduce((sum, other) => sum + Math.exp(logit(b, w, other)), 0);
    const overWords = [0, 1, 2].reduce((sum, other) => sum + Math.exp(logit(b, other, o)), 0);
    expect(both.data[(b * 3 + w) * 5 + o]).toBeCloseTo((e / overObjects) * (e / overWords), 10);
  }
  const one = tensor([1, 1, 1, 4], objects.data.slice(0, 4));
  const { weights } = attention(tensor([1, 1, 1, 4], words.data.slice(0, 4)), one, one, { weights: true });
  expect([...applyRule("single-object", words, objects).data]).toEqual(Array(30).fill(weights!.data[0]));
});

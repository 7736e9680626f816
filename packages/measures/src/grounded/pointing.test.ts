import { expect, test } from "vitest";
import { trainedPointing } from "./pointing.ts";

const few = trainedPointing({ scenes: 40 });
const run = async (pointer: string, more = {}, seed = 1) =>
  (await few.run({ pointer, ...more }, { seed })) as Record<string, number>;

test("chance finds one of four things, and cells by how much of the picture the things fill", async () => {
  const values = await run("chance");
  expect(values.knownChoice).toBeCloseTo(0.25, 1);
  expect(values.unseenChoice).toBeCloseTo(0.25, 1);
  expect(values.knownCell).toBeGreaterThan(0.03);
  expect(values.knownCell).toBeLessThan(0.08);
});

test("a linear map from few scenes points better than chance, and attention without training does not", async () => {
  const [chance, ridge, untrained] = [await run("chance"), await run("ridge"), await run("untrained")];
  expect(ridge.knownChoice).toBeGreaterThan(chance.knownChoice! + 0.1);
  expect(untrained.knownChoice).toBeLessThan(chance.knownChoice! + 0.1);
});

test("training with another seed gives another model, with the same one the same", async () => {
  const epochs = { epochs: 1 };
  const first = await run("trained", epochs);
  expect(await run("trained", epochs)).toEqual(first);
  expect(await run("trained", epochs, 2)).not.toEqual(first);
}, 60_000);

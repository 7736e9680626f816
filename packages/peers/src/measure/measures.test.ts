import { expect, test } from "vitest";
import { peerAccuracy } from "./peer-accuracy.ts";
import { peerTime } from "./peer-time.ts";

const cell = { shape: "rt-1", threads: 1, peer: "xattn-plain" };

test("time prepares an arm that has been checked", async () => {
  const measure = peerTime();
  expect(measure).toMatchObject({ arms: ["peer"], baseline: { peer: "xattn" }, exclusive: true });
  expect(peerTime({ baseline: "ort-web" }).baseline).toEqual({ peer: "ort-web" });
  const arm = await measure.prepare(cell, { seed: 1 });
  await arm.call();
  await arm.dispose?.();
  await expect(async () => measure.prepare({ ...cell, threads: 2 }, { seed: 1 })).rejects.toThrow(/one thread/);
});

test("accuracy is the error against float64, the same for the same seed", async () => {
  const run = (seed: number) => peerAccuracy().run(cell, { seed });
  const { relativeError } = await run(1);
  expect(relativeError).toBeGreaterThan(1e-9);
  expect(relativeError).toBeLessThan(2e-6);
  expect(await run(1)).toEqual({ relativeError });
  expect(await run(2)).not.toEqual({ relativeError });
});

test("cells of this project alone need nothing fetched", async () => {
  await peerTime().setUp([cell, { ...cell, peer: "xattn" }], (line) => expect.unreachable(line));
});

test.each([
  ["shape", "S5"],
  ["threads", 0],
  ["threads", 1.5],
  ["peer", "torch"],
] as const)("%s is not %s", (axis, value) => {
  expect(peerTime().parameters[axis]!.safeParse(value).success).toBe(false);
});

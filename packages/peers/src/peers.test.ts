import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { relativeError, UnsupportedError } from "@xattn/measures";
import { describe, expect, test } from "vitest";
import { problemOf } from "./inputs/problem.ts";
import { referenceRows } from "./measure/reference-rows.ts";
import { untilIdle } from "./measure/until-idle.ts";
import { onnxruntimeWeb } from "./onnxruntime-web/onnxruntime-web.ts";
import { isOwn, peerOf, peers } from "./peers.ts";
import type { AttentionShape } from "./shape/shape.ts";
import { fetchPeers } from "./vendor/fetch.ts";
import { fetchCommand, isInstalled } from "./vendor/folder.ts";

if (process.env.CI === "true") await fetchPeers();
const installed = isInstalled();
if (!installed) {
  console.warn(
    `SKIPPED: the peers are not installed, so nothing is held against them. Fetch them with: ${fetchCommand}`,
  );
}
const isPresent = (name: string) => installed || isOwn(peerOf(name));

const plain = { heads: 3, keyHeads: 3, n: 7, m: 5, d: 12, e: 12 };
const shapes: readonly (readonly [string, AttentionShape])[] = [
  ["ragged", plain],
  ["one of everything", { heads: 1, keyHeads: 1, n: 1, m: 1, d: 1, e: 1 }],
  ["grouped queries", { ...plain, heads: 6, keyHeads: 2 }],
  ["causal", { ...plain, n: 9, m: 9, mask: { kind: "causal", alignment: "top-left" } }],
  ["causal over more keys, at the end", { ...plain, m: 11, mask: { kind: "causal", alignment: "bottom-right" } }],
  ["a mask that is no flag", { ...plain, mask: { kind: "strided", stride: 2, alignment: "top-left" } }],
  ["all at once", { heads: 4, keyHeads: 1, n: 33, m: 65, d: 24, e: 24, mask: { kind: "prefix", length: 40 } }],
];

async function errorOf(name: string, shape: AttentionShape, threads: number): Promise<number> {
  const problem = problemOf(shape, 3);
  const prepared = await peerOf(name).create(problem, threads);
  await prepared.run();
  await prepared.run();
  const error = relativeError(await prepared.output(), referenceRows(problem, 1).output);
  await prepared.dispose();
  return error;
}

describe.each(peers.map(({ name }) => name))("%s", (name) => {
  test.skipIf(!isPresent(name)).each(shapes)("computes attention: %s", async (_, shape) => {
    expect(await errorOf(name, shape, 1)).toBeLessThan(1e-6);
  });

  test.skipIf(!isPresent(name))("computes on two threads, or says that it does not", async () => {
    try {
      expect(await errorOf(name, { ...plain, n: 200, m: 100 }, 2)).toBeLessThan(1e-6);
    } catch (error) {
      expect(error).toBeInstanceOf(UnsupportedError);
      expect(String(error)).toMatch(/one thread/);
    }
  });

  test.skipIf(!isPresent(name))("keeps no memory over many calls", async () => {
    // An output of 256 KiB: five hundred that are kept are 125 MiB, and garbage that waits is up to 70.
    const wide = { heads: 1, keyHeads: 1, n: 2048, m: 2, d: 32, e: 32 };
    const prepared = await peerOf(name).create(problemOf(wide, 1), 1);
    const call = async (times: number) => {
      for (let index = 0; index < times; index += 1) await prepared.run();
      collectGarbage();
      return process.memoryUsage().rss / 2 ** 20;
    };
    const before = await call(400);
    expect((await call(500)) - before).toBeLessThan(60);
    await prepared.dispose();
  });
});

test.skipIf(!installed)(
  "onnxruntime-web computes on one and on two threads in one process, and leaves no Worker",
  async () => {
    for (const threads of [1, 2, 1]) expect(await errorOf(onnxruntimeWeb.name, plain, threads)).toBeLessThan(1e-6);
    expect("Worker" in globalThis).toBe(false);
    expect(await errorOf("jax-js", plain, 1)).toBeLessThan(1e-6);
  },
);

test.skipIf(!installed)("waits until the threads of a library have stopped spinning", async () => {
  const prepared = await peerOf("ort-node-mha").create(problemOf({ ...plain, n: 500, m: 500 }, 1), 2);
  await prepared.run();
  await untilIdle();
  const before = process.cpuUsage();
  await sleep(30);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(15);
  await prepared.dispose();
});

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

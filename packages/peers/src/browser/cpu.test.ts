import { fileURLToPath } from "node:url";
import { type BrowserPage, NoBrowserError, openPage } from "@xattn/gpu/browser";
import { afterAll, describe, expect, it } from "vitest";
import type { AttentionShape } from "../shape/shape.ts";

const entry = fileURLToPath(new URL("./pages/cpu.ts", import.meta.url));

/** Without a browser, tests are skipped aloud; under CI=true that is a failure. */
async function open(isolated: boolean): Promise<BrowserPage | undefined> {
  try {
    return await openPage({ entry, isolated });
  } catch (error) {
    if (!(error instanceof NoBrowserError) || process.env.CI === "true") throw error;
    console.warn(`SKIPPED: no browser, since ${error.message}`);
    return undefined;
  }
}

const plain = { heads: 3, keyHeads: 3, n: 37, m: 65, d: 12, e: 12 };
const shapes: readonly (readonly [string, AttentionShape])[] = [
  ["ragged", plain],
  ["100 × 20, 8 heads of 64", { heads: 8, keyHeads: 8, n: 100, m: 20, d: 64, e: 64 }],
  ["grouped queries", { ...plain, heads: 6, keyHeads: 2 }],
  ["causal", { ...plain, n: 65, mask: { kind: "causal", alignment: "top-left" } }],
  ["a strided mask", { ...plain, mask: { kind: "strided", stride: 2, alignment: "top-left" } }],
];

const alone = await open(false);
const isolated = await open(true);
afterAll(async () => {
  await alone?.close();
  await isolated?.close();
});

describe.skipIf(!alone)("the cpu backend in headless Chromium", () => {
  it.each(shapes)("computes as the float64 reference on one thread: %s", async (_, shape) => {
    expect(await alone!.call<number>("error", shape, 1)).toBeLessThan(1e-6);
  });

  it.each(shapes)("computes as the float64 reference on two threads of an isolated page: %s", async (_, shape) => {
    expect(await isolated!.call("isolated")).toBe(true);
    expect(await isolated!.call<number>("error", shape, 2)).toBeLessThan(1e-6);
  });

  it("says so where a page has no shared memory for threads", async () => {
    expect(await alone!.call("isolated")).toBe(false);
    await expect(alone!.call("error", plain, 2)).rejects.toThrow(/1 of 2 are there/);
  });
});

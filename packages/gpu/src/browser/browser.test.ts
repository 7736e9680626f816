import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import type { GpuAdapterInfo } from "../index.ts";
import { type BrowserPage, openPage } from "./page.ts";
import { NoBrowserError } from "./vendor.ts";

/** Without a browser, tests are skipped aloud; under CI=true that is a failure. */
async function open(): Promise<BrowserPage | undefined> {
  try {
    return await openPage({ entry: fileURLToPath(new URL("./pages/accuracy.ts", import.meta.url)) });
  } catch (error) {
    if (!(error instanceof NoBrowserError) || process.env.CI === "true") throw error;
    console.warn(`SKIPPED: no browser, since ${error.message}`);
    return undefined;
  }
}

const page = await open();
afterAll(() => page?.close());
const errors = Object.entries((await page?.call<Record<string, number>>("errors")) ?? {});
/** Inputs of 16 bits are what they are on both sides; the output is rounded to them, and the reference's is not. */
const tolerance = (name: string) => (name === "float16" ? 4e-4 : name === "bfloat16" ? 3e-3 : 2e-6);

describe.skipIf(!page)("attention by WebGPU in headless Chromium", () => {
  it("finds the browser's adapter", async () => {
    const { source, vendor } = await page!.call<GpuAdapterInfo>("adapter");
    expect({ source, vendor }).toEqual({ source: "navigator.gpu", vendor: "google" });
    expect(await page!.call("isolated")).toBe(true);
    expect(errors.length).toBeGreaterThan(10);
  });

  it.each(errors)("computes as the float64 reference: %s", (name, error) => {
    expect(error).toBeLessThan(tolerance(name));
  });
});

import { mkdirSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { createBackend, randomNormal, seededRandom, toFloat64 } from "@xattn/core";
import { relativeDistance } from "@xattn/core/testing";
import { causal } from "@xattn/masking";
import { rolldown } from "rolldown";
import { describe, expect, it } from "vitest";
import type { createExactBackend as Create } from "./exact-only.ts";

const kilobyte = 1000;

/** One file for the browser, core and masks included, minified. */
async function bundle(entry: string): Promise<string> {
  const input = new URL(entry, import.meta.url).pathname;
  const built = await rolldown({ input, external: [/^node:/], platform: "browser" });
  const { output } = await built.generate({ format: "esm", minify: true });
  await built.close();
  expect(output).toHaveLength(1);
  return output[0].code;
}

const compressed = (code: string) => brotliCompressSync(code).length / kilobyte;

describe("bundled, minified and compressed", () => {
  it("exact attention stays under 25 kB, and computes on two threads", async () => {
    const code = await bundle("exact-only.ts");
    expect(compressed(code)).toBeLessThan(25);

    const folder = new URL("../.vitest/", import.meta.url);
    mkdirSync(folder, { recursive: true });
    const file = new URL("exact-only.min.mjs", folder);
    writeFileSync(file, code);
    const { createExactBackend }: { createExactBackend: typeof Create } = await import(
      pathToFileURL(file.pathname).href
    );
    const backend = await createExactBackend({ threads: 2 });
    await backend.ready();
    const random = seededRandom(3);
    const problem = {
      query: randomNormal(random, [1, 4, 45, 16]),
      key: randomNormal(random, [1, 2, 45, 16]),
      value: randomNormal(random, [1, 2, 45, 24]),
      mask: causal(),
    };
    const { output, path } = backend.attention(problem);
    expect(path).toContain("2 of 2 threads");
    const expected = createBackend("reference").attention(problem).output;
    expect(relativeDistance(toFloat64(output), toFloat64(expected))).toBeLessThan(1e-6);
    expect(() => backend.attention({ ...problem, variant: { kind: "linear" } })).toThrow(
      /does not compute linear, but standard, chunked/,
    );
    backend.dispose();
  });

  it("the whole stays under 52 kB", async () => {
    expect(compressed(await bundle("index.ts"))).toBeLessThan(52);
  });
});

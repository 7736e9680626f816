import { mkdir, readFile, writeFile } from "node:fs/promises";
import { expect, it } from "vitest";

const folder = new URL("../", import.meta.url);

it("runs the example of the README", async () => {
  const readme = await readFile(new URL("README.md", folder), "utf8");
  const code = /```ts\n([\s\S]*?)```/.exec(readme)![1]!;
  await mkdir(new URL(".vitest/", folder), { recursive: true });
  await writeFile(new URL(".vitest/readme-example.ts", folder), code);
  const path = "../.vitest/readme-example.ts";
  const { markdown } = (await import(/* @vite-ignore */ path)) as { readonly markdown: string };
  expect(markdown).toContain("| Time grows. | ✓ holds | 0.1 ms, then 0.2 ms. |");
  expect(markdown).toContain("npx -y pnpm@10.34.8 exp reproduce tiny/first");
});

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";

test("the README's example runs", async () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const [, example] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const folder = fileURLToPath(new URL("../.vitest/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}readme-example.ts`, example ?? "");
  const { sizes } = (await import(pathToFileURL(`${folder}readme-example.ts`).href)) as { readonly sizes: number[] };
  expect(sizes).toEqual([256, 100, 256, 256]);
});

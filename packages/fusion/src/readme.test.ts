import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = new URL("../", import.meta.url);

it("runs the example of the README", async () => {
  const readme = await readFile(new URL("README.md", root), "utf8");
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1];
  expect(example).toBeDefined();
  const file = new URL(".vitest/readme-example.ts", root);
  await mkdir(new URL(".", file), { recursive: true });
  await writeFile(file, example!);
  const results = (await import(fileURLToPath(file))) as Record<string, unknown>;
  expect(results.shapes).toEqual({ early: [1, 1, 32], late: [1, 20, 32], gated: [1, 20, 48] });
  expect(results.unchanged).toBe(true);
  expect(results.cost).toMatchObject({ alignment: 100 * 64 + 20 * 48, projections: (64 + 48) * 32 });
});

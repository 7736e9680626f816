import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it, vi } from "vitest";
import { gpu } from "./testing/open.ts";

const packageFolder = new URL("../", import.meta.url);

it.skipIf(!gpu)("the README's example runs and prints what it says", async () => {
  await gpu?.dispose();
  const readme = readFileSync(new URL("README.md", packageFolder), "utf8");
  const example = /```ts\n(.*?)```/s.exec(readme)![1]!;
  mkdirSync(new URL(".vitest/", packageFolder), { recursive: true });
  const file = fileURLToPath(new URL(".vitest/readme-example.ts", packageFolder));
  writeFileSync(file, example);
  const printed = vi.spyOn(console, "log").mockImplementation(() => {});
  await import(/* @vite-ignore */ file);
  const lines = printed.mock.calls.map((words) => words.join(" "));
  printed.mockRestore();
  expect(lines.slice(1)).toEqual([
    "output: 1 × 8 × 36 × 16",
    "chained: 1 × 8 × 20 × 16",
    "dispatches: 1, bytes moved over the fewest: 1",
  ]);
  expect(lines[0]).toMatch(/^software: (true|false)$/);
});

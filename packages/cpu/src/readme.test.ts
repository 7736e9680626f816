import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it, vi } from "vitest";

const packageFolder = new URL("../", import.meta.url);

it("the README's example runs and prints what it says", async () => {
  const readme = readFileSync(new URL("README.md", packageFolder), "utf8");
  const example = /```ts\n(.*?)```/s.exec(readme)![1]!;
  mkdirSync(new URL(".vitest/", packageFolder), { recursive: true });
  const file = fileURLToPath(new URL(".vitest/readme-example.ts", packageFolder));
  writeFileSync(file, example);
  const printed = vi.spyOn(console, "log").mockImplementation(() => {});
  await import(/* @vite-ignore */ file);
  const lines = printed.mock.calls.map((words) => words.join(" "));
  printed.mockRestore();
  expect(lines).toEqual(["output: 1 × 8 × 100 × 64", "in place: true"]);
});

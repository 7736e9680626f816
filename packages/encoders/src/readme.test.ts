import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test, vi } from "vitest";

test("the README's example runs and prints what it says", async () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const example = /```ts\n([\s\S]*?)```/.exec(readme)![1]!;
  const said = vi.spyOn(console, "log").mockImplementation(() => {});
  mkdirSync(new URL("../.vitest/", import.meta.url), { recursive: true });
  const file = new URL("../.vitest/readme-example.ts", import.meta.url);
  writeFileSync(file, example);
  await import(/* @vite-ignore */ file.href);
  const lines = said.mock.calls.flat() as string[];
  expect(lines).toHaveLength(8);
  for (const line of lines) expect(line).toMatch(/^(sentence|text-line) [01] "[\w .]+": its softmax to \d\.\de-7$/);
});

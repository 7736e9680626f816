import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { workerFlags } from "../fixtures/executor.ts";
import { temporaryFolder } from "../fixtures/folders.ts";

const inPackage = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

test("runs the README example", async () => {
  const example = /```ts\n([\s\S]*?)```/.exec(readFileSync(inPackage("README.md"), "utf8"))?.[1];
  expect(example).toBeDefined();
  mkdirSync(inPackage(".vitest"), { recursive: true });
  const file = inPackage(".vitest/readme-example.ts");
  writeFileSync(file, example!);
  const { run }: { run(results: string, flags: string[]): Promise<string[]> } = await import(file);
  const [verdict, ...others] = await run(temporaryFolder(), workerFlags);
  expect(others).toEqual([]);
  expect(verdict).toMatch(/^holds: Multiply-adds of standard attention grow as n·m\. variant=standard: n\^1 /);
});

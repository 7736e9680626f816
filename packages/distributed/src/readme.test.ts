import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const inPackage = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

test("runs the README example", async () => {
  const example = /```ts\n([\s\S]*?)```/.exec(readFileSync(inPackage("README.md"), "utf8"))?.[1];
  expect(example).toBeDefined();
  mkdirSync(inPackage(".vitest"), { recursive: true });
  const file = inPackage(".vitest/readme-example.ts");
  writeFileSync(file, example!);
  const { arrays, tasks, cells, scripts } = (await import(file)) as {
    arrays: number;
    tasks: number;
    cells: number;
    scripts: string[];
  };
  expect({ arrays, tasks, cells }).toEqual({ arrays: 1, tasks: 8, cells: 2048 });
  expect(scripts).toEqual([expect.stringMatching(/^#!\/bin\/bash\n# 2048 cells in 8 tasks\n[\s\S]*--array=0-7\n/)]);
}, 240_000);

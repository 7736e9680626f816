import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import type { Interval } from "./interval.ts";
import type { PowerLawFit } from "./power-law/fit-power-law.ts";

const inPackage = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

it("runs the README example", async () => {
  const readme = readFileSync(inPackage("README.md"), "utf8");
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1];
  expect(example).toBeDefined();
  mkdirSync(inPackage(".vitest"), { recursive: true });
  const file = inPackage(".vitest/readme-example.ts");
  writeFileSync(file, example!);
  const { fit, verdict, middle }: { fit: PowerLawFit; verdict: string; middle: Interval } = await import(file);
  expect(verdict).toBe("holds");
  expect(fit.exponents.d!.low).toBeLessThan(1);
  expect(fit.exponents.d!.high).toBeGreaterThan(1);
  expect(middle.low).toBeLessThan(middle.high);
});

import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/folders.ts";
import { sourceHash } from "./source-hash.ts";

test("follows names and contents of sources, and nothing else", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "inner"));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const hash = () => sourceHash(folder, [folder, join(folder, "absent")]);
  write("a.ts", "1");
  write("inner/b.ts", "2");
  const first = hash();
  write("a.test.ts", "x");
  write("a.test-d.ts", "x");
  write("notes.md", "x");
  mkdirSync(join(folder, "node_modules"));
  write("node_modules/c.ts", "x");
  expect(hash()).toBe(first);
  write("inner/b.ts", "3");
  const second = hash();
  expect(second).not.toBe(first);
  renameSync(join(folder, "a.ts"), join(folder, "c.ts"));
  expect(hash()).not.toBe(second);
  expect(sourceHash("/", [join(folder, "notes.md")])).not.toBe(sourceHash("/", []));
});

test("does not depend on where the workspace lies", () => {
  const [one, two] = [temporaryFolder(), temporaryFolder()] as const;
  for (const folder of [one, two]) writeFileSync(join(folder, "a.ts"), "1");
  expect(sourceHash(one, [one])).toBe(sourceHash(two, [two]));
});

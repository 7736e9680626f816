import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/folders.ts";
import { InputError } from "../errors/errors.ts";
import { isExperiment } from "./experiment.ts";
import { findExperiment, listExperiments, loadExperiment } from "./load.ts";

const fixtures = new URL("../../fixtures/", import.meta.url).pathname;

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test("experiments are the TypeScript files of a folder, tests and declarations aside", () => {
  const files = ["b.ts", "a.ts", "a.test.ts", "types.d.ts", "a.test-d.ts", "notes.md", "old.js"];
  expect(listExperiments(folderWith(Object.fromEntries(files.map((file) => [file, ""]))))).toEqual(["a", "b"]);
  expect(listExperiments("/nowhere")).toEqual([]);
});

test("an experiment is found by name or by file; a slip gets the nearest name", () => {
  const folder = folderWith({ "sweep-complexity.ts": "", "normalization.ts": "" });
  expect(findExperiment(folder, "normalization")).toBe(join(folder, "normalization.ts"));
  expect(findExperiment("/nowhere", join(folder, "normalization.ts"))).toBe(join(folder, "normalization.ts"));
  expect(() => findExperiment(folder, "sweep-complexty")).toThrow(/Did you mean "sweep-complexity"/);
  expect(() => findExperiment(folder, "./absent.ts")).toThrow(/\.\/absent\.ts: there is no such file/);
  expect(() => findExperiment("/nowhere", "x")).toThrow(/no experiments in \/nowhere; write one with exp new x/);
});

test("a file that defines an experiment of its name is loaded", async () => {
  expect(isExperiment(await loadExperiment(join(fixtures, "steady.ts"), "steady.ts"))).toBe(true);
});

test("a file that throws is told with its place", async () => {
  const loading = loadExperiment(join(fixtures, "broken/throws.ts"), "throws.ts");
  await expect(loading).rejects.toThrow(InputError);
  await expect(loading).rejects.toThrow(
    /^throws\.ts: cannot be loaded: it throws( at line 1, column \d+)?: this file breaks/,
  );
});

test.each<[string, string, RegExp]>([
  ["a syntax error", "export const = 1;", /cannot be loaded/],
  ["an import of nothing", 'import "./absent.ts";', /cannot be loaded/],
  ["another name", 'export default { name: "other" };', /"other" is not the name of its file; call it "mine"/],
])("%s is an InputError", async (_, text, message) => {
  const file = join(folderWith({ "mine.ts": text }), "mine.ts");
  const loading = loadExperiment(file, "mine.ts");
  await expect(loading).rejects.toThrow(InputError);
  await expect(loading).rejects.toThrow(message);
});

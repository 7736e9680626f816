import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/folders.ts";
import { readEnvironment, readGit } from "./environment.ts";

const before = process.env.NODE_OPTIONS;
afterEach(() => {
  if (before === undefined) delete process.env.NODE_OPTIONS;
  else process.env.NODE_OPTIONS = before;
});

test("the fingerprint repeats, and changes with what can move a number", () => {
  const base = readEnvironment({ backends: "plain" });
  expect(readEnvironment({ backends: "plain" }).fingerprint).toBe(base.fingerprint);
  expect(readEnvironment({ backends: "cpu" }).fingerprint).not.toBe(base.fingerprint);
  process.env.NODE_OPTIONS = "--jitless";
  const jitless = readEnvironment({ backends: "plain" });
  expect(jitless.fingerprint).not.toBe(base.fingerprint);
  expect(jitless.flags).toContain("--jitless");
  process.env.NODE_OPTIONS = `${before ?? ""} --import ./hooks.mjs --disable-warning=DEP0180`;
  expect(readEnvironment({ backends: "plain" }).fingerprint).toBe(base.fingerprint);
});

test("the adapter is recorded and counts to the fingerprint; labels are only recorded", () => {
  const base = readEnvironment({});
  const adapter = { source: "a", vendor: "b", architecture: "c", device: "", description: "d", software: true };
  const labels = { backend: { webgpu: "webgpu (software)" } };
  const found = readEnvironment({}, { adapter, labels });
  expect(found).toMatchObject({ adapter, labels });
  expect(found.fingerprint).not.toBe(base.fingerprint);
  expect(readEnvironment({}, { labels }).fingerprint).toBe(base.fingerprint);
  expect(readEnvironment({}, { adapter: { ...adapter, software: false } }).fingerprint).not.toBe(found.fingerprint);
  expect(base).not.toHaveProperty("adapter");
});

test("the machine is described", () => {
  const { cores, memoryBytes, timerResolutionNs, node } = readEnvironment({});
  expect(node).toBe(process.version);
  expect(cores).toBeGreaterThan(0);
  expect(memoryBytes).toBeGreaterThan(1e6);
  expect(timerResolutionNs).toBeGreaterThan(0);
});

test("git tells commit and changes, and nulls outside a repository", () => {
  const folder = temporaryFolder();
  expect(readGit(folder)).toEqual({ commit: null, dirty: null });
  const git = (...words: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b.c", ...words], { cwd: folder, stdio: "ignore" });
  git("init");
  writeFileSync(join(folder, "file"), "one");
  git("add", "file");
  git("commit", "-m", "one");
  expect(readGit(folder)).toEqual({ commit: expect.stringMatching(/^[0-9a-f]{40}$/), dirty: false });
  writeFileSync(join(folder, "file"), "two");
  expect(readGit(folder).dirty).toBe(true);
});

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/folders.ts";
import { sweep } from "../../fixtures/specs.ts";
import { InputError, StoreError } from "../errors/errors.ts";
import { writeAtomic } from "./atomic.ts";
import { recordSpec, type StoredManifest } from "./manifest.ts";
import { findRun, listRuns, openRun, promoteToReference, readManifest, writeManifest } from "./run-folder.ts";

const wanted = (run: string, more: Partial<StoredManifest> = {}): StoredManifest =>
  ({
    schema: 1,
    experiment: "sound",
    run,
    planHash: "plan",
    sourceHash: "source",
    environment: { fingerprint: "here" },
    state: "running",
    startedAt: `2026-01-01T00:00:0${run}Z`,
    starts: 1,
    spec: recordSpec(sweep({})),
    ...more,
  }) as StoredManifest;

function finish(results: string, run: string, more: Partial<StoredManifest> = {}): string {
  const folder = openRun(results, wanted(run, more), { fresh: true });
  writeManifest(folder.path, { ...folder.manifest, state: "complete", ...more });
  folder.lock.release();
  return folder.path;
}

test("a run that is held is left alone; one that was left is gone on with", () => {
  const results = temporaryFolder();
  const first = openRun(results, wanted("1"), {});
  const second = openRun(results, wanted("2"), {});
  expect(second.path).not.toBe(first.path);
  first.lock.release();
  const third = openRun(results, wanted("3"), {});
  expect(third).toMatchObject({ path: first.path, resumed: true });
  expect(readManifest(first.path)).toMatchObject({ starts: 2, state: "running", run: "1" });
});

test("a finished run is gone on with only when that is asked for, and the reference never", () => {
  const results = temporaryFolder();
  const done = finish(results, "1", { endedAt: "2026-01-01" });
  expect(openRun(results, wanted("2"), {}).path).not.toBe(done);
  const again = openRun(results, wanted("3"), { finished: true });
  expect(again.path).toBe(join(results, "sound", "1"));
  expect(again.manifest.endedAt).toBeUndefined();
  const elsewhere = temporaryFolder();
  promoteToReference(elsewhere, "sound", finish(elsewhere, "1"));
  expect(openRun(elsewhere, wanted("2"), { finished: true }).resumed).toBe(false);
});

test("runs are listed from new to old; what is no run is passed over", () => {
  const results = temporaryFolder();
  for (const run of ["2", "3", "1"]) finish(results, run);
  mkdirSync(join(results, "sound", "empty"));
  mkdirSync(join(results, "sound", "broken"));
  writeFileSync(join(results, "sound", "broken", "manifest.json"), "{");
  writeFileSync(join(results, "sound", "file"), "");
  expect(listRuns(results, "sound").map(({ manifest }) => manifest.run)).toEqual(["3", "2", "1"]);
  expect(listRuns(results, "absent")).toEqual([]);
});

test("a manifest that is not one is told with its file", () => {
  const folder = temporaryFolder();
  expect(() => readManifest(folder)).toThrow(/manifest\.json: cannot be read/);
  writeFileSync(join(folder, "manifest.json"), "{");
  expect(() => readManifest(folder)).toThrow(/is not a manifest/);
  writeFileSync(join(folder, "manifest.json"), '{"schema":2}');
  expect(() => readManifest(folder)).toThrow(/its schema is 2, and this version reads schema 1/);
});

test("what a new run made is taken away when it cannot start, and what others made is not", () => {
  const results = join(temporaryFolder(), "a", "b");
  mkdirSync(join(results, "sound", "1"), { recursive: true });
  expect(() => openRun(results, wanted("1"), { fresh: true })).toThrow(StoreError);
  expect(readdirSync(join(results, "sound"))).toEqual(["1"]);
});

test("a reference replaces the one before, and stays when it cannot be replaced", () => {
  const results = temporaryFolder();
  const first = finish(results, "1");
  expect(promoteToReference(results, "sound", first)).toBe(join(results, "sound", "reference"));
  promoteToReference(results, "sound", finish(results, "2"));
  expect(readdirSync(join(results, "sound"))).toEqual(["reference"]);
  expect(() => promoteToReference(results, "sound", join(results, "absent"))).toThrow(StoreError);
  expect(readManifest(join(results, "sound", "reference")).run).toBe("2");
});

test("a run is found by path, by experiment and run, or as the newest complete one", () => {
  const results = temporaryFolder();
  const old = finish(results, "1");
  const newer = finish(results, "2");
  openRun(results, wanted("3"), { fresh: true });
  expect(findRun(results, old)).toBe(old);
  expect(findRun(results, "sound/1")).toBe(join(results, "sound", "1"));
  expect(findRun(results, "sound")).toBe(newer);
  expect(() => findRun(results, "sond")).toThrow(/There are runs of sound/);
  expect(() => findRun(results, "sond")).toThrow(InputError);
  expect(() => findRun("/nowhere", "sound")).toThrow(/Start one with exp run/);
});

test("an atomic write replaces the whole file, and leaves the old one when it cannot", () => {
  const folder = temporaryFolder();
  const file = join(folder, "file");
  writeAtomic(file, "old");
  writeAtomic(file, "new");
  expect(readFileSync(file, "utf8")).toBe("new");
  mkdirSync(join(folder, "taken", "inner"), { recursive: true });
  expect(() => writeAtomic(join(folder, "taken"), "x")).toThrow(StoreError);
  expect(existsSync(join(folder, "taken", "inner"))).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(["file", "taken"]);
});

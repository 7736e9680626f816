import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startScript } from "../../fixtures/children.ts";
import { temporaryFolder } from "../../fixtures/folders.ts";
import { isLocked, tryLock } from "./lock.ts";

test("a lock is held once, and again after its release", () => {
  const folder = temporaryFolder();
  expect(isLocked(folder)).toBe(false);
  const lock = tryLock(folder);
  expect(lock).toBeDefined();
  expect(isLocked(folder)).toBe(true);
  expect(tryLock(folder)).toBeUndefined();
  lock!.release();
  expect(isLocked(folder)).toBe(false);
  tryLock(folder)!.release();
  expect(readdirSync(folder)).toEqual([]);
});

test.each(["release", "die"])("processes that race for a lock never hold it together (%s)", async (ending) => {
  const folder = temporaryFolder();
  const racers = [1, 2, 3, 4].map(() => startScript("lock-race.ts", [folder, "600", ending]));
  const results = await Promise.all(racers.map(({ ended }) => ended));
  expect(results.map(({ code, errors }) => [code, errors])).toEqual(results.map(() => [0, ""]));
  expect(results.reduce((sum, { output }) => sum + Number(output), 0)).toBeGreaterThan(100);
  expect(readdirSync(folder)).toEqual(ending === "release" ? ["holder"] : ["holder", "lock.json"]);
});

test("of several processes that find the lock of a killed one, exactly one takes it over", async () => {
  const folder = temporaryFolder();
  const first = startScript("lock-once.ts", [folder]);
  await first.said((message) => message === "ready");
  const told = first.said((message) => message !== "ready");
  writeFileSync(join(folder, "start"), "");
  expect(await told).toBe("held");
  expect(isLocked(folder)).toBe(true);
  first.child.kill("SIGKILL");
  await first.ended;
  expect(isLocked(folder)).toBe(false);
  expect(existsSync(join(folder, "lock.json"))).toBe(true);

  const racers = [1, 2, 3, 4].map(() => startScript("lock-once.ts", [folder]));
  const answers = await Promise.all(racers.map(({ said }) => said((message) => message !== "ready")));
  expect(answers.filter((answer) => answer === "held")).toHaveLength(1);
  expect(tryLock(folder)).toBeUndefined();
});

test("the number of a dead holder that another process has by now does not count", () => {
  const folder = temporaryFolder();
  const dead = { host: hostname(), process: process.pid, started: "1" };
  writeFileSync(join(folder, "lock.json"), JSON.stringify(dead));
  expect(isLocked(folder)).toBe(false);
  expect(tryLock(folder)).toBeDefined();
  expect(JSON.parse(readFileSync(join(folder, "lock.json"), "utf8")).started).not.toBe("1");
});

test("a holder on another host counts as alive", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "lock.json"), JSON.stringify({ host: "elsewhere", process: 1, started: null }));
  expect(isLocked(folder)).toBe(true);
  expect(tryLock(folder)).toBeUndefined();
});

test.each(["", "{", "null", '{"host":"x"}', '{"process":-1}'])("a damaged lock file (%s) locks nobody out", (text) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "lock.json"), text);
  expect(isLocked(folder)).toBe(false);
  const lock = tryLock(folder);
  expect(lock).toBeDefined();
  expect(isLocked(folder)).toBe(true);
});

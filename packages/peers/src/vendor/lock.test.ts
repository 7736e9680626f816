import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withLock } from "./lock.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "xattn-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("lets one in at a time, and the next when the first is done or has failed", async () => {
  const file = join(folder, "deep", "lock");
  let inside = 0;
  const waited: number[] = [];
  const visit = (outcome: () => void) =>
    withLock(
      file,
      (holder) => waited.push(holder),
      async () => {
        inside += 1;
        expect(inside).toBe(1);
        await sleep(30);
        inside -= 1;
        outcome();
      },
    );
  const fail = () => {
    throw new Error("no");
  };
  const results = await Promise.allSettled([visit(fail), visit(() => {}), visit(() => {})]);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
  expect(waited).toEqual([process.pid, process.pid]);
  expect(existsSync(file)).toBe(false);
});

test("takes over the lock of a process that is gone", async () => {
  const file = join(folder, "lock");
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(file, String(pid));
  expect(
    await withLock(
      file,
      () => expect.unreachable("it waits"),
      async () => 5,
    ),
  ).toBe(5);
});

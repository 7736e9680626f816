import { spawn } from "node:child_process";
import { totalmem } from "node:os";
import { expect, test } from "vitest";
import { until } from "../../fixtures/children.ts";
import { defaultMemoryLimit, isStopped, machineMemory, residentBytes, shownBytes } from "./memory.ts";

test.runIf(process.platform === "linux")("reads what a process has in memory, buffers included", () => {
  const before = residentBytes(process.pid)!;
  expect(before / process.memoryUsage.rss()).toBeCloseTo(1, 0);
  const kept = new Uint8Array(200 << 20).fill(1);
  expect(residentBytes(process.pid)! - before).toBeGreaterThan(0.8 * kept.length);
});

test("nothing is known of a process that is not there", () => {
  expect(residentBytes(2 ** 30)).toBeUndefined();
  expect(isStopped(2 ** 30)).toBe(false);
});

test.runIf(process.platform === "linux")("sees that a signal stopped a process", async () => {
  const child = spawn("sleep", ["20"]);
  try {
    expect(isStopped(child.pid!)).toBe(false);
    child.kill("SIGSTOP");
    await until(() => isStopped(child.pid!));
    child.kill("SIGCONT");
    await until(() => !isStopped(child.pid!));
  } finally {
    child.kill("SIGKILL");
  }
});

test("workers share most of the memory; a cell that is alone has all of that", () => {
  expect(machineMemory()).toBeLessThanOrEqual(totalmem());
  expect(machineMemory()).toBeGreaterThan(0);
  const alone = defaultMemoryLimit(4, true);
  expect(alone / machineMemory()).toBeCloseTo(0.8, 6);
  expect(4 * defaultMemoryLimit(4, false)).toBeLessThanOrEqual(alone);
  expect(defaultMemoryLimit(4, false) / alone).toBeCloseTo(0.25, 6);
});

test.each([
  [0, "0 bytes"],
  [1023, "1023 bytes"],
  [1536, "1.5 KiB"],
  [300 * 2 ** 20, "300 MiB"],
  [1.25 * 2 ** 30, "1.3 GiB"],
  [2 ** 50, "1024 TiB"],
])("%d is %s", (bytes, text) => {
  expect(shownBytes(bytes)).toBe(text);
});

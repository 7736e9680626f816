import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const DEADLINE = 30_000;
const loader = new URL("../../../../register.mjs", import.meta.url).href;
const child = fileURLToPath(new URL("./testing/child.ts", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

const end = (scenario: string): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const process_ = spawn(process.execPath, ["--import", loader, child, scenario], { timeout: DEADLINE - 2000 });
    let output = "";
    process_.stdout.on("data", (data) => {
      output += data;
    });
    process_.stderr.on("data", (data) => {
      output += data;
    });
    process_.on("error", reject);
    process_.on("close", (code) => resolve({ code, output }));
  });

describe("a process with a pool that nobody disposes", () => {
  it.each([
    ["exits by itself when its work is done", "useful", 0],
    ["exits by itself while workers start", "starting", 0],
    ["exits by itself when a worker was lost", "lost", 0],
    ["exits when the pool lives in a worker thread", "inWorkerThread", 0],
    ["exits when told to with sleeping workers", "exitWithSleepers", 5],
    ["exits when told to with a lost worker in its unit", "exitAfterLoss", 5],
    ["exits when told to while a run of another thread is under way", "exitMidRun", 5],
    ["exits when the thread with the run is terminated", "terminateMidRun", 0],
    ["exits on an uncaught error", "throwing", 1],
  ])(
    "%s",
    async (_, scenario, code) => {
      const ended = await end(scenario);
      expect(ended.output).toContain("done");
      expect(ended.code).toBe(code);
      if (code !== 1) expect(ended.output.trim().split("\n").at(-1)).toBe("done");
    },
    DEADLINE,
  );
});

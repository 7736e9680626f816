import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { childrenOf, isRunning, until } from "../../fixtures/children.ts";
import { executeAll } from "../../fixtures/executor.ts";
import { temporaryFolder } from "../../fixtures/folders.ts";
import hostile from "../../fixtures/hostile.ts";
import type { Outcome } from "../ledger/outcome.ts";
import { normalize } from "../normalize/normalize.ts";
import type { LocalOptions } from "./local.ts";

const MiB = 2 ** 20;

function run(action: readonly string[], more: Partial<LocalOptions> = {}, n: readonly number[] = [1]) {
  const experiment = normalize(hostile, { file: "hostile.ts", overrides: { n, action } });
  return executeAll(experiment, "hostile.ts", more, ({ measure }) => measure === "outcome");
}

const by = (outcomes: readonly Outcome[], action: string) =>
  outcomes.find(({ parameters }) => parameters.action === action)!;

function logFile(): string {
  const file = join(temporaryFolder(), "log");
  writeFileSync(file, "");
  process.env.RUNNER_TEST_LOG = file;
  return file;
}

afterEach(() => {
  delete process.env.RUNNER_TEST_LOG;
});

describe.each([
  ["runner", ["buffers", "webassembly", "heap"]],
  ["worker", ["buffers"]],
] as const)("a limit of memory, read by the %s", (memoryReader, hungry) => {
  test(`holds for ${hungry.join(", ")}, and costs no other cell`, async () => {
    const actions = ["ok", ...hungry];
    const options = { memoryReader, memoryLimitBytes: 400 * MiB, retries: 5 } as const;
    const outcomes = await run(actions, options);
    expect(outcomes).toHaveLength(actions.length);
    expect(by(outcomes, "ok")).toMatchObject({ status: "ok", values: { outcome: 1 } });
    for (const action of hungry) {
      const { status, error, quarantined, attempts } = by(outcomes, action);
      expect(status).toBe("failed");
      expect(quarantined).toBe(true);
      // The garbage collector may give up before the limit is reached by the whole process.
      if (action === "heap" && error!.name === "WorkerCrash") {
        expect(error!.message).toMatch(/heap out of memory/);
        continue;
      }
      expect(error!.name).toBe("MemoryLimit");
      expect(error!.message).toMatch(
        /^its process had [\d.]+ [MG]iB in memory, over the limit of 400 MiB, and was killed \(--memory-limit sets/,
      );
      expect(attempts ?? 1).toBeLessThanOrEqual(2);
    }
  }, 120_000);
});

describe("a cell that kills its process", () => {
  test("is tried again as often as asked, and set apart with its last words", async () => {
    const log = logFile();
    const [outcome, ...others] = await run(["flaky"], { retries: 2 }, [99]);
    expect(others).toEqual([]);
    expect(outcome).toMatchObject({
      status: "failed",
      error: { name: "WorkerCrash", message: "its process was killed by SIGKILL" },
      attempts: 3,
      quarantined: true,
      parameters: { n: 99, action: "flaky" },
    });
    expect(readFileSync(log, "utf8")).toBe("tried\n".repeat(3));
  });

  test("only for a time has its value, and the number of tries", async () => {
    logFile();
    const [outcome] = await run(["flaky"], { retries: 3 }, [2]);
    expect(outcome).toMatchObject({ status: "ok", attempts: 3, values: { outcome: 3 } });
    expect(outcome).not.toHaveProperty("quarantined");
  });

  test("is tried once when no retry is wanted", async () => {
    const log = logFile();
    const [outcome] = await run(["flaky"], { retries: 0 }, [99]);
    expect(outcome).toMatchObject({ status: "failed", quarantined: true });
    expect(outcome).not.toHaveProperty("attempts");
    expect(readFileSync(log, "utf8")).toBe("tried\n");
  });

  test("leaves the end of what it wrote, and no more", async () => {
    const [outcome] = await run(["last-words"]);
    const { output, errors } = outcome!.lastWords!;
    expect(output).toMatch(/^o+ the end of the output$/);
    expect(errors).toMatch(/^é+ the end of the errors\n*$/);
    expect(output.length + errors.length).toBeLessThan(5000);
    expect(outcome!.error!.message.length).toBeLessThan(1000);
  });

  test("takes what it started with it", async () => {
    const log = logFile();
    await run(["child"], { retries: 0 });
    const [child] = readFileSync(log, "utf8").trim().split("\n").map(Number);
    await until(() => !isRunning(child!), 3000);
  });
});

test("a cell whose process a signal stopped is not to blame at once", async () => {
  const [outcome] = await run(["stop"], { deadlineSeconds: 1, retries: 1 });
  expect(outcome).toMatchObject({
    status: "timeout",
    attempts: 2,
    error: { name: "Timeout", message: "its process was stopped by a signal, gave no sign for 1 s and was killed" },
  });
  expect(outcome).not.toHaveProperty("quarantined");
}, 20_000);

test("a worker that is stopped while it starts is replaced before long", async () => {
  const stopped = new Set<number>();
  const stopOne = setInterval(() => {
    const [first] = stopped.size === 0 ? childrenOf(process.pid, "slow-start.ts") : [];
    if (first === undefined) return;
    process.kill(first, "SIGSTOP");
    stopped.add(first);
  }, 20);
  try {
    const experiment = normalize(hostile, { file: "hostile.ts", overrides: { n: [1, 2], action: ["ok"] } });
    const only = ({ measure }: { readonly measure: string }) => measure === "outcome";
    const outcomes = await executeAll(experiment, "slow-start.ts", { deadlineSeconds: 1 }, only);
    expect(outcomes.map(({ status }) => status)).toEqual(["ok", "ok"]);
    expect(stopped.size).toBe(1);
  } finally {
    clearInterval(stopOne);
  }
}, 30_000);

test("a cell that passed its deadline is tried once", async () => {
  const [outcome] = await run(["loop"], { deadlineSeconds: 1, retries: 9 });
  expect(outcome).toMatchObject({ status: "timeout" });
  expect(outcome).not.toHaveProperty("attempts");
});

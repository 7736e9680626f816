import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { executeAll, executorOf } from "../../fixtures/executor.ts";
import { temporaryFolder } from "../../fixtures/folders.ts";
import hostile from "../../fixtures/hostile.ts";
import { normalize } from "../normalize/normalize.ts";
import { countPoints, jobs } from "../plan/plan.ts";

const experimentOf = (n: readonly number[], action: readonly string[]) =>
  normalize(hostile, { file: "hostile.ts", overrides: { n, action } });
const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const run = (actions: readonly string[], n = [1], more = {}) =>
  executeAll(experimentOf(n, actions), "hostile.ts", more, ({ measure }) => measure === "outcome");

afterEach(() => {
  delete process.env.RUNNER_TEST_LOG;
});

test("every cell gets exactly one outcome, whatever its neighbours do", async () => {
  const actions = [
    ...["ok", "throw", "throw-nothing", "throw-odd", "reject", "unsupported", "exit", "abort", "stray", "print"],
    ...["nan", "missing", "object", "bigint", "child", "odd"],
  ];
  const notices: string[] = [];
  const experiment = experimentOf([1, 2], actions);
  const outcomes = await run(actions, [1, 2], { onNotice: (text: string) => notices.push(text) });
  expect(outcomes).toHaveLength(countPoints(experiment));
  expect(new Set(outcomes.map(({ cell }) => cell)).size).toBe(outcomes.length);

  const endings = Object.fromEntries(
    actions.map((action) => {
      const both = outcomes.filter(({ parameters }) => parameters.action === action);
      expect(new Set(both.map(({ status }) => status)).size).toBe(1);
      const { status, error, values } = both.find(({ parameters }) => parameters.n === 2)!;
      return [action, error ? `${status}: ${error.name}: ${error.message}` : `${status}: ${values?.outcome}`];
    }),
  );
  expect(endings).toMatchObject({
    ok: "ok: 2",
    print: "ok: 2",
    odd: "ok: 1",
    throw: "failed: RangeError: the cell threw",
    "throw-nothing": "failed: Error: undefined",
    reject: "failed: Error: the cell rejected",
    unsupported: "unsupported: UnsupportedError: the cell is not for this machine",
    nan: "failed: RangeError: measure outcome: the column outcome is NaN",
    missing: "failed: TypeError: measure outcome: the column outcome is missing",
    object: "failed: TypeError: measure outcome: the column outcome is a object, and no value",
    bigint: "failed: TypeError: measure outcome: the column outcome is a bigint, and no value",
    exit: expect.stringMatching(/^failed: WorkerCrash: its process ended with code 0/),
    child: expect.stringMatching(/^failed: WorkerCrash: its process ended with code 7/),
  });
  expect(endings["throw-odd"]).toMatch(/^failed: Error: something was thrown/);
  expect(endings.abort).toMatch(/^failed: WorkerCrash: its process was killed by SIGABRT/);
  expect(endings.stray).toMatch(/^failed: WorkerCrash: its process ended with code 1; last words: .*a stray rejection/);
  expect(notices.some((text) => /open cells run again one by one/.test(text))).toBe(true);
}, 60_000);

test.each(["loop", "never"])(
  "a cell that hangs (%s) is killed at its deadline and costs no other cell",
  async (action) => {
    const outcomes = await run(["ok", action], [1, 2], { deadlineSeconds: 1.5 });
    expect(outcomes.map(({ parameters, status }) => `${parameters.action} ${parameters.n} ${status}`).sort()).toEqual(
      ["ok 1 ok", "ok 2 ok", `${action} 1 timeout`, `${action} 2 timeout`].sort(),
    );
    expect(outcomes.find(({ status }) => status === "timeout")!.error!.message).toMatch(/gave no sign for 1.5 s/);
  },
);

test("a deadline shorter than the start of a process times no cell out", async () => {
  const chosen = ({ measure }: { measure: string }) => measure === "outcome";
  const outcomes = await executeAll(experimentOf(range(3), ["ok"]), "slow-start.ts", { deadlineSeconds: 2 }, chosen);
  expect(outcomes.map(({ status }) => status)).toEqual(["ok", "ok", "ok"]);
});

describe("a spec that does not load is a typed failure, at once", () => {
  test.each([
    ["broken/throws.ts", /cannot load the spec: this file breaks/],
    ["broken/no-experiment.ts", /its default export is not an experiment/],
    ["broken/absent.ts", /cannot load the spec/],
    ["broken/dies.ts", /worker processes do not start: the last one ended with code 3. dying while loading/],
  ])("%s", async (spec, message) => {
    await expect(executeAll(experimentOf([1], ["ok"]), spec)).rejects.toThrow(message);
  });
});

test("exclusive jobs never run beside others", async () => {
  process.env.RUNNER_TEST_LOG = join(temporaryFolder(), "times.log");
  const experiment = experimentOf(range(80), ["ok"]);
  const chosen = ({ measure }: { measure: string }) => measure === "alone" || measure === "shared";
  const outcomes = await executeAll(experiment, "hostile.ts", { workers: 3 }, chosen);
  expect(outcomes).toHaveLength(160);
  const spans = readFileSync(process.env.RUNNER_TEST_LOG, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(" "))
    .map(([kind, start, end]) => ({ kind, start: Number(start), end: Number(end) }));
  const overlap = (left: (typeof spans)[0], right: (typeof spans)[0]) =>
    left.start < right.end && right.start < left.end;
  const alone = spans.filter(({ kind }) => kind === "alone");
  const shared = spans.filter(({ kind }) => kind === "shared");
  for (const [index, span] of alone.entries()) {
    expect(shared.some((other) => overlap(span, other))).toBe(false);
    expect(alone.some((other, at) => at !== index && overlap(span, other))).toBe(false);
  }
}, 60_000);

test("jobs that can share the machine run side by side", async () => {
  process.env.RUNNER_TEST_LOG = join(temporaryFolder(), "processes");
  const chosen = ({ measure }: { measure: string }) => measure === "meet";
  const outcomes = await executeAll(experimentOf(range(65), ["ok"]), "hostile.ts", {}, chosen);
  expect(outcomes.map(({ values }) => values!.meet)).toEqual(range(65).map(() => 2));
}, 60_000);

test("timed cells have samples, paired rounds and a ratio", async () => {
  const spec = { ...experimentOf([300], ["ok"]) };
  const experiment = normalize(hostile, {
    file: "hostile.ts",
    overrides: { n: [300], variant: ["standard", "linear"], action: ["ok"] },
  });
  expect(countPoints(spec)).toBe(1);
  const outcomes = await executeAll(experiment, "hostile.ts", {}, ({ measure }) => measure === "time");
  expect(outcomes).toHaveLength(2);
  const linear = outcomes.find(({ parameters }) => parameters.variant === "linear")!;
  expect(linear.values).toMatchObject({ time: expect.any(Number), timeRatio: expect.any(Number) });
  expect(linear.values!.timeRatio).toBeLessThan(1);
  expect(linear.samples!.length).toBe(linear.rounds!.length);
  expect(linear.values!.timeRounds).toBe(linear.samples!.length);
  expect(new Set(outcomes.map(({ block }) => block)).size).toBe(1);
  expect(linear.batch).toBeGreaterThanOrEqual(1);
});

test("cancel ends a run in the middle; what came before is kept", async () => {
  const executor = executorOf("hostile.ts");
  const planned = [...jobs(experimentOf(range(200), ["ok"]), new Set())].filter(({ measure }) => measure === "slow");
  const seen = new Set<string>();
  for await (const batch of executor.execute(planned, new Set())) {
    for (const { cell } of batch) seen.add(cell);
    executor.cancel();
  }
  await executor.close();
  expect(seen.size).toBeGreaterThan(0);
  expect(seen.size).toBeLessThan(200);
});

test("an executor that was cancelled before it began ends at once", async () => {
  const executor = executorOf("hostile.ts");
  executor.cancel();
  for await (const _ of executor.execute(jobs(experimentOf([1], ["ok"]), new Set()), new Set())) throw new Error("no");
  await executor.close();
});

test("a plan that throws ends the run with its error", async () => {
  function* plan() {
    yield* [];
    throw new Error("the plan broke");
  }
  const executor = executorOf("hostile.ts");
  const run = async () => {
    for await (const _ of executor.execute(plan(), new Set()));
  };
  await expect(run()).rejects.toThrow("the plan broke");
  await executor.close();
});

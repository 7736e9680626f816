import type { Measure, Parameters } from "@xattn/measures/contract";
import { UnsupportedError } from "@xattn/measures/contract";
import { expect, test } from "vitest";
import { direct, timed } from "../../fixtures/measures.ts";
import type { Outcome } from "../ledger/outcome.ts";
import { cellAt, type Job } from "../plan/plan.ts";
import { runJob } from "./run-job.ts";

/** Runs a measure on points under a clock that arms and cells move by hand. */
async function run(measure: Measure, points: readonly Parameters[], companions: readonly Parameters[] = []) {
  const outcomes: Outcome[] = [];
  const job: Job = {
    id: "job",
    measure: measure.name,
    exclusive: measure.exclusive,
    cells: points.map((point) => cellAt(point, measure, 1)),
    companions: companions.map((point) => cellAt(point, measure, 1)),
  };
  await runJob(job, measure, {
    sampling: { budgetSeconds: 1, precision: 0.1, sampleMs: 1, minimumRounds: 5, maximumRounds: 20 },
    now: () => clock,
    date: () => "2026-01-01T00:00:00.000Z",
    report: (outcome) => outcomes.push(outcome),
    onStep: () => {},
    settle: () => new Promise((resolve) => setImmediate(resolve)),
  });
  return outcomes;
}
let clock = 0;

const spinning = (more = {}) =>
  timed({
    prepare: ({ variant }) => ({
      call() {
        clock += variant === "linear" ? 2 : 4;
      },
    }),
    ...more,
  });
const at = (variant: string, n = 1): Parameters => ({ n, variant });

test("a direct cell has its values, time and date", async () => {
  const measure = direct("size", ({ n }) => {
    clock += 1500;
    return Number(n);
  });
  expect(await run(measure, [{ n: 3 }])).toEqual([
    {
      cell: cellAt({ n: 3 }, measure, 1).hash,
      measure: "size",
      parameters: { n: 3 },
      seed: 1,
      status: "ok",
      values: { size: 3 },
      seconds: 1.5,
      at: "2026-01-01T00:00:00.000Z",
    },
  ]);
});

test("an axis called seed sets the seed of a cell", async () => {
  const measure = direct("drawn", (_, { seed }) => seed);
  const outcomes = await run(measure, [{ n: 1 }, { n: 1, seed: 42 }]);
  expect(outcomes.map(({ values }) => values!.drawn)).toEqual([1, 42]);
});

test("arms of a block share rounds, and ratios are taken against the baseline", async () => {
  const outcomes = await run(spinning(), [at("linear"), at("standard")]);
  expect(outcomes.map(({ values }) => [values!.time, values!.timeRatio])).toEqual([
    [2, 0.5],
    [4, 1],
  ]);
  expect(outcomes.every(({ block, batch, samples }) => block === "job" && batch === 1 && samples!.length === 5)).toBe(
    true,
  );
});

test("each sample has the reference kernel's time of its round, and the cell its drift", async () => {
  const start = performance.now();
  const moving = timed({
    prepare: () => ({
      call() {
        for (const end = performance.now() + 1; performance.now() < end; );
      },
    }),
  });
  const outcomes: Outcome[] = [];
  const cells = [cellAt(at("standard"), moving, 1)];
  await runJob({ id: "job", measure: "time", exclusive: true, cells, companions: [] }, moving, {
    sampling: { budgetSeconds: 0.2, precision: 0.5, sampleMs: 1, minimumRounds: 5, maximumRounds: 20 },
    now: () => performance.now() - start,
    date: () => "2026-01-01T00:00:00.000Z",
    report: (outcome) => outcomes.push(outcome),
    onStep: () => {},
    settle: () => Promise.resolve(),
  });
  const [{ reference, samples, values }] = outcomes as [Outcome];
  expect(reference).toHaveLength(samples!.length);
  expect(reference!.every((time) => time > 0)).toBe(true);
  expect(values!.timeDrift).toEqual(expect.any(Number));
});

test("under a clock that does not move there is no reference", async () => {
  const [outcome] = await run(spinning(), [at("standard")]);
  expect(outcome).not.toHaveProperty("reference");
  expect(outcome!.values!.timeDrift).toBeNull();
});

test("a companion gives the ratio and is not recorded", async () => {
  const outcomes = await run(spinning(), [at("linear")], [at("standard")]);
  expect(outcomes.map(({ parameters, values }) => [parameters.variant, values!.timeRatio])).toEqual([["linear", 0.5]]);
});

test("a baseline may name arms that the experiment does not have as axes", async () => {
  const baseline = { variant: "standard", backend: "plain" };
  const measure = spinning({ arms: ["variant", "backend"], baseline });
  expect((await run(measure, [at("linear"), at("standard")]))[0]!.values!.timeRatio).toBe(0.5);
});

test("without its baseline an arm has no ratio", async () => {
  const [outcome] = await run(spinning(), [at("linear")]);
  expect(outcome!.values).not.toHaveProperty("timeRatio");
});

test("an arm that cannot be prepared, throws when called or when disposed of does not touch the others", async () => {
  let disposed = 0;
  const measure = timed({
    prepare: ({ variant }) => {
      if (variant === "sparse") throw new UnsupportedError("not here");
      return {
        call() {
          if (variant === "chunked") throw new TypeError("broke");
          clock += 2;
        },
        dispose() {
          disposed += 1;
          throw new Error("cannot give back");
        },
      };
    },
  });
  const outcomes = await run(
    measure,
    ["standard", "sparse", "chunked", "linear"].map((variant) => at(variant)),
  );
  expect(Object.fromEntries(outcomes.map(({ parameters, status }) => [parameters.variant, status]))).toEqual({
    standard: "ok",
    sparse: "unsupported",
    chunked: "failed",
    linear: "ok",
  });
  expect(outcomes).toHaveLength(4);
  expect(disposed).toBe(3);
});

test("a clock that stands still fails its cell, not the process", async () => {
  const outcomes = await run(
    timed({
      prepare: ({ variant }) => {
        let calls = 0;
        return {
          call() {
            calls += 1;
            if (variant === "linear" || calls < 22) clock += 1;
          },
        };
      },
    }),
    [at("linear"), at("standard")],
  );
  for (const { status, error } of outcomes) {
    expect(status).toBe("failed");
    expect(error!.message).toMatch(/denominators\[\d+\] is 0/);
  }
  expect(outcomes).toHaveLength(2);
});

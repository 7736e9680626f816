import { expect, test } from "vitest";
import empty from "../../fixtures/empty.ts";
import { temporaryFolder } from "../../fixtures/folders.ts";
import { contextOf } from "../../fixtures/run.ts";
import { normalize } from "../normalize/normalize.ts";
import { runExperiment } from "./run-experiment.ts";

/** More by hand: RUNNER_CELLS=100000 npx vitest run src/run/scale.test.ts */
const cells = Number(process.env.RUNNER_CELLS ?? 20_000);

/** Milliseconds a cell of a sweep of cells that do nothing, start and end of the run included. */
async function timeOfCells(count: number): Promise<number> {
  const m = Array.from({ length: count / 1000 }, (_, index) => index + 1);
  const experiment = normalize(empty, { file: "empty.ts", overrides: { m } });
  const context = contextOf(temporaryFolder(), "empty.ts", experiment);
  const start = performance.now();
  const { data } = await runExperiment(experiment, context);
  const each = (performance.now() - start) / count;
  console.info(`${count} cells: ${each.toFixed(3)} ms a cell`);
  expect(data.counts.ok).toBe(count);
  expect(data.rows.every(({ n, m, size }) => size === Number(n) * Number(m))).toBe(true);
  return each;
}

test("the time of a cell does not grow with the sweep", async () => {
  const few = await timeOfCells(cells / 10);
  const many = await timeOfCells(cells);
  expect(many / few).toBeLessThan(3);
}, 300_000);

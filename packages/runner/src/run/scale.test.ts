import { expect, test } from "vitest";
import empty from "../../fixtures/empty.ts";
import { temporaryFolder } from "../../fixtures/folders.ts";
import { contextOf } from "../../fixtures/run.ts";
import { normalize } from "../normalize/normalize.ts";
import { runExperiment } from "./run-experiment.ts";

/** More by hand: RUNNER_CELLS=100000 npx vitest run src/run/scale.test.ts */
const cells = Number(process.env.RUNNER_CELLS ?? 20_000);

test("a cell that does nothing costs far less than a millisecond, all included", async () => {
  const m = Array.from({ length: cells / 1000 }, (_, index) => index + 1);
  const experiment = normalize(empty, { file: "empty.ts", overrides: { m } });
  const context = contextOf(temporaryFolder(), "empty.ts", experiment);
  const start = performance.now();
  const { data } = await runExperiment(experiment, context);
  const each = (performance.now() - start) / cells;
  console.info(`${cells} cells: ${each.toFixed(3)} ms a cell`);
  expect(data.counts.ok).toBe(cells);
  expect(data.rows.every(({ n, m, size }) => size === Number(n) * Number(m))).toBe(true);
  expect(each).toBeLessThan(5);
}, 300_000);

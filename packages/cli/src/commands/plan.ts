import { countPoints, describe, jobs, points } from "@xattn/runner";
import { textTable } from "../terminal/table.ts";
import { terminalWidth } from "../terminal/verdict.ts";
import { openExperiment, type SweepOptions } from "./open-experiment.ts";
import { wholeNumber } from "./options.ts";

interface PlanOptions extends SweepOptions {
  readonly limit: string;
  readonly json?: boolean;
}

/** `exp plan` */
export async function plan(name: string, overrides: readonly string[], options: PlanOptions): Promise<void> {
  const limit = wholeNumber("limit", options.limit, 0)!;
  const { experiment } = await openExperiment(name, overrides, options);
  if (options.json) {
    for (const point of points(experiment)) process.stdout.write(`${JSON.stringify(point)}\n`);
    return;
  }
  const count = countPoints(experiment);
  const exclusive = experiment.measures.filter((measure) => measure.exclusive);
  let blocks = 0;
  for (const _ of jobs({ ...experiment, measures: exclusive }, new Set())) blocks += 1;
  process.stdout.write(
    `${textTable(
      [
        ["experiment", `${experiment.name}, profile ${experiment.profile}, seed ${experiment.seed}`],
        ...experiment.axes.map((axis) => [`axis ${axis}`, experiment.products[0]![axis]!.join(", ")]),
        ...experiment.where.map((expression) => ["where", expression.text]),
        ["measures", experiment.measures.map((measure) => measure.name).join(", ")],
        ["cells", `${count} points × ${experiment.measures.length} measures = ${count * experiment.measures.length}`],
        ...(blocks > 0
          ? [
              [
                "alone",
                `${exclusive.map(({ name }) => name).join(", ")}: ${blocks} blocks of interleaved arms, up to ${experiment.sampling.budgetSeconds} s an arm`,
              ],
            ]
          : []),
      ],
      terminalWidth(),
    )}\n\n`,
  );
  let shownPoints = 0;
  for (const point of points(experiment)) {
    if (shownPoints === limit) {
      process.stdout.write(`… and ${count - limit} more; --limit ${count} shows all\n`);
      break;
    }
    process.stdout.write(`${describe(point)}\n`);
    shownPoints += 1;
  }
}

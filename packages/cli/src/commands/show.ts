import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type ExperimentSpec,
  findExperiment,
  findRun,
  InputError,
  listExperiments,
  listRuns,
  loadExperiment,
  normalize,
  readRun,
} from "@xattn/runner";
import colors from "picocolors";
import { flagLines } from "../terminal/flags.ts";
import { textTable } from "../terminal/table.ts";
import { terminalWidth, verdictTable } from "../terminal/verdict.ts";
import { experimentsFolder, shown } from "../workspace/paths.ts";
import { resultsOf } from "./options.ts";

/** `exp show`: an experiment by name or file, else a run. */
export async function show(given: string, options: { readonly results?: string }): Promise<void> {
  const results = resultsOf(options);
  const isRun = [given, join(results, given)].some((folder) => existsSync(join(folder, "manifest.json")));
  if (isRun) return showRun(findRun(results, given));
  if (listExperiments(experimentsFolder).includes(given) || given.endsWith(".ts"))
    return showExperiment(given, results);
  try {
    findRun(results, given);
  } catch {
    findExperiment(experimentsFolder, given);
  }
  throw new InputError(`${given}: is neither an experiment nor a run.`);
}

async function showExperiment(given: string, results: string): Promise<void> {
  const file = findExperiment(experimentsFolder, given);
  const spec = (await loadExperiment(file, shown(file))) as ExperimentSpec;
  const experiment = normalize(spec, { file: shown(file) });
  const runs = listRuns(results, experiment.name);
  const rows = [
    [colors.bold("question"), experiment.question],
    [colors.bold("file"), experiment.file],
    ...experiment.axes.map((axis) => [colors.bold(`axis ${axis}`), experiment.products[0]![axis]!.join(", ")]),
    ...experiment.where.map((expression) => [colors.bold("where"), expression.text]),
    [colors.bold("profiles"), Object.keys(spec.profiles ?? {}).join(", ") || "none"],
    ...experiment.measures.map((measure) => [
      colors.bold(`measure ${measure.name}`),
      `${measure.description} Columns: ${Object.entries(measure.columns)
        .map(([name, column]) => (column.unit === "1" ? name : `${name} (${column.unit})`))
        .join(", ")}.`,
    ]),
    ...experiment.claims.map((claim) => [colors.bold(`claim ${claim.name}`), claim.statement]),
    ...runs.slice(0, 5).map(({ path, manifest }) => [colors.bold(`run ${manifest.state}`), shown(path)]),
  ];
  process.stdout.write(`${textTable(rows, terminalWidth())}\n`);
}

async function showRun(folder: string): Promise<void> {
  const data = await readRun(folder);
  const { manifest, counts } = data;
  process.stdout.write(
    `${textTable(
      [
        [colors.bold("run"), `${shown(folder)}, ${manifest.state}`],
        [colors.bold("question"), data.question],
        [colors.bold("started"), `${manifest.startedAt}, profile ${manifest.profile}, seed ${manifest.seed}`],
        [
          colors.bold("on"),
          `${manifest.environment.cpu}, ${manifest.environment.cores} cores, Node ${manifest.environment.node}`,
        ],
        [
          colors.bold("cells"),
          Object.entries(counts)
            .map(([status, count]) => `${count} ${status}`)
            .join(", "),
        ],
        ...flagLines(data).map((line) => [colors.bold("samples"), line]),
      ],
      terminalWidth(),
    )}\n\n${verdictTable(data.claims, terminalWidth())}\n`,
  );
}

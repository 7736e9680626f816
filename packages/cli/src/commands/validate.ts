import {
  countPoints,
  findExperiment,
  InputError,
  listExperiments,
  loadExperiment,
  messageOf,
  normalize,
} from "@xattn/runner";
import colors from "picocolors";
import { exitCodes } from "../exit-codes.ts";
import { experimentsFolder, shown } from "../workspace/paths.ts";
import { typeProblems } from "../workspace/type-check.ts";

/** `exp validate`: types first, then every profile; returns the exit code. */
export async function validate(names: readonly string[]): Promise<number> {
  const chosen = names.length > 0 ? names : listExperiments(experimentsFolder);
  const files = chosen.map((name) => findExperiment(experimentsFolder, name));
  if (files.length === 0) throw new InputError(`There are no experiments in ${shown(experimentsFolder)}.`);
  const problems = await typeProblems(files);
  let bad = problems.length;
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  for (const file of files) {
    try {
      process.stdout.write(`${colors.green("ok")} ${shown(file)}: ${await checkProfiles(file)}\n`);
    } catch (error) {
      bad += 1;
      process.stderr.write(`${colors.red("error:")} ${messageOf(error)}\n`);
    }
  }
  return bad > 0 ? exitCodes.badInput : exitCodes.success;
}

async function checkProfiles(file: string): Promise<string> {
  const spec = await loadExperiment(file, shown(file));
  const profiles = Object.keys(spec?.profiles ?? {});
  const counts = (profiles.length > 0 ? profiles : [undefined]).map((profile) => {
    const experiment = normalize(spec, { file: shown(file), ...(profile === undefined ? {} : { profile }) });
    return `${experiment.profile} ${countPoints(experiment) * experiment.measures.length} cells`;
  });
  return counts.join(", ");
}

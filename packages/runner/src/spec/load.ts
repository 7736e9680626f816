import { existsSync, readdirSync } from "node:fs";
import { basename, extname, isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { InputError, messageOf, notOneOf } from "../errors/errors.ts";
import type { ExperimentSpec } from "./experiment.ts";

/** Names of the experiments in a folder: its files `<name>.ts`, declarations and tests left out. */
export function listExperiments(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".ts") && !/\.(d|test|test-d)\.ts$/.test(file))
    .map((file) => basename(file, ".ts"))
    .sort();
}

/**
 * The file of an experiment, from its name or a path.
 *
 * @throws InputError with the nearest name
 */
export function findExperiment(folder: string, given: string): string {
  if (extname(given) === ".ts") {
    const file = isAbsolute(given) ? given : resolve(given);
    if (existsSync(file)) return file;
    throw new InputError(`${given}: there is no such file.`);
  }
  const known = listExperiments(folder);
  if (known.includes(given)) return join(folder, `${given}.ts`);
  throw new InputError(
    known.length === 0
      ? `There are no experiments in ${folder}; write one with exp new ${given}.`
      : `experiment: ${notOneOf(given, known)}`,
  );
}

/**
 * Imports the file of an experiment.
 *
 * @throws InputError when it has a syntax error, throws, or does not export an experiment of the file's name
 */
export async function loadExperiment(file: string, shown: string): Promise<ExperimentSpec> {
  let module: { default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as { default?: unknown };
  } catch (error) {
    throw new InputError(`${shown}: cannot be loaded: ${importProblem(error, file)}`);
  }
  const spec = module.default as ExperimentSpec | undefined;
  const name = basename(file, ".ts");
  if (typeof spec === "object" && spec !== null && typeof spec.name === "string" && spec.name !== name) {
    throw new InputError(
      `${shown}, name: "${spec.name}" is not the name of its file; call it "${name}" or rename the file.`,
    );
  }
  return spec as ExperimentSpec;
}

/** The message, and for an error thrown by the file itself the place in it. */
function importProblem(error: unknown, file: string): string {
  const message = messageOf(error);
  if (!(error instanceof Error) || error.name === "SyntaxError") return message;
  const place = error.stack?.split("\n").find((line) => line.includes(basename(file)));
  const position = place ? /:(\d+):(\d+)\)?$/.exec(place.trim()) : null;
  const kind = error.name === "Error" ? "it throws" : `it throws a ${error.name}`;
  return `${kind}${position ? ` at line ${position[1]}, column ${position[2]}` : ""}: ${message}`;
}

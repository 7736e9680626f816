import { type Experiment, findExperiment, loadExperiment, normalize, parseOverrides } from "@xattn/runner";
import { experimentsFolder, shown } from "../workspace/paths.ts";
import { wholeNumber } from "./options.ts";

export interface SweepOptions {
  readonly profile?: string;
  readonly seed?: string;
}

/** An experiment from its name, with overrides and options applied, and the file that it is in. */
export async function openExperiment(
  name: string,
  overrides: readonly string[],
  options: SweepOptions,
): Promise<{ experiment: Experiment; file: string }> {
  const parsed = parseOverrides(overrides);
  const seed = wholeNumber("seed", options.seed, Number.MIN_SAFE_INTEGER);
  const file = findExperiment(experimentsFolder, name);
  const spec = await loadExperiment(file, shown(file));
  const experiment = normalize(spec, {
    file: shown(file),
    overrides: parsed,
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(seed === undefined ? {} : { seed }),
  });
  return { experiment, file };
}

import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Experiment, loadExperiment, normalize, planHash, type StoredManifest } from "@xattn/runner";
import { experimentsFolder, shown } from "../workspace/paths.ts";

/**
 * The file of a run's experiment: in a bundle it lies beside the run's folder; else the workspace's of that name, or
 * the one that was run. Nothing when none is there.
 */
export function specFileOf(folder: string, manifest: StoredManifest): string | undefined {
  const name = `${manifest.experiment}.ts`;
  const candidates = [join(dirname(resolve(folder)), name), join(experimentsFolder, name), resolve(manifest.spec.file)];
  return candidates.find((file) => existsSync(file));
}

/** The experiment of a run as it was run: its profile, overrides and seed applied to the spec as it is now. */
export async function experimentOf(file: string, manifest: StoredManifest): Promise<Experiment> {
  const spec = await loadExperiment(file, shown(file));
  return normalize(spec, {
    file: shown(file),
    seed: manifest.seed,
    overrides: manifest.overrides,
    ...(spec?.profiles ? { profile: manifest.profile } : {}),
  });
}

/** Whether a spec still plans the cells of a run; a spec that cannot be loaded does not. */
export async function plansSameCells(file: string, manifest: StoredManifest): Promise<boolean> {
  try {
    return planHash(await experimentOf(file, manifest)) === manifest.planHash;
  } catch {
    return false;
  }
}

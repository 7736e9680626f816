import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { findRun } from "@xattn/runner";
import { resultsFolder } from "../workspace/paths.ts";

/**
 * A run folder from what a person typed: a folder, `<experiment>/<run>`, an experiment (its newest complete run), or
 * the name of a run alone. References are read from the workspace where `results` has none.
 *
 * @throws InputError with the runs there are
 */
export function openRun(results: string, given: string): string {
  for (const base of new Set([results, resultsFolder])) {
    if (isRun(join(base, given))) return join(base, given);
    const named = folders(base).map((experiment) => join(base, experiment, given));
    const found = named.filter(isRun);
    if (found.length === 1) return found[0]!;
  }
  return findRun(results, given);
}

function isRun(folder: string): boolean {
  return existsSync(join(folder, "manifest.json"));
}

function folders(base: string): string[] {
  try {
    return readdirSync(base, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}

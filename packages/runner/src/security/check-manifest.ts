import type { StoredManifest } from "../store/manifest.ts";

const experimentName = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const runName = /^[A-Za-z0-9][\w.-]*$/;

/**
 * Names in a manifest become names of files and folders. A manifest may come from somebody else, so they are checked
 * where it is read, as those of a spec are.
 *
 * @throws Error that names the field
 */
export function checkNames({ experiment, run, spec }: StoredManifest): void {
  const need = (field: string, value: unknown, pattern: RegExp) => {
    if (typeof value !== "string" || !pattern.test(value)) {
      throw new Error(`${field} is ${JSON.stringify(value)}, which cannot be a name`);
    }
  };
  need("experiment", experiment, experimentName);
  need("run", run, runName);
  for (const [index, chart] of (spec?.charts ?? []).entries())
    need(`charts[${index}].name`, chart.name, experimentName);
}

import { basename } from "node:path";
import type { StoredManifest } from "../store/manifest.ts";

const kebab = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const runName = /^[A-Za-z0-9][\w.-]*$/;
/** Of columns, and so of axes. */
export const columnName = /^[A-Za-z_][\w-]*$/;

/**
 * Names in a manifest become names of files and folders. A manifest may come from somebody else, so they are checked
 * where it is read, as those of a spec are.
 *
 * @throws Error that names the field
 */
export function checkNames({ experiment, run, spec }: StoredManifest): void {
  need("experiment", experiment, kebab);
  need("run", run, runName);
  for (const list of ["charts", "claims"] as const) {
    for (const [index, { name }] of (spec?.[list] ?? []).entries()) need(`${list}[${index}].name`, name, kebab);
  }
  for (const [index, { name }] of (spec?.columns ?? []).entries()) need(`columns[${index}].name`, name, columnName);
  for (const [index, axis] of (spec?.axes ?? []).entries()) need(`axes[${index}]`, axis, columnName);
  if (spec?.file !== undefined && basename(String(spec.file)) !== `${experiment}.ts`) {
    throw new Error(`spec.file is ${JSON.stringify(spec.file)}, which is not the file of the experiment ${experiment}`);
  }
}

function need(field: string, value: unknown, pattern: RegExp): void {
  if (typeof value !== "string" || !pattern.test(value) || value in Object.prototype) {
    throw new Error(`${field} is ${JSON.stringify(value)}, which cannot be a name`);
  }
}

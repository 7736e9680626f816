import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { InputError, messageOf, StoreError, writeAtomic } from "@xattn/runner";
import { experimentsFolder, shown } from "../workspace/paths.ts";
import { template } from "./template.ts";

/** `exp new` */
export function create(name: string, options: { readonly folder?: string }): void {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 60) {
    throw new InputError(`"${name}" cannot be a name: needs lower-case words joined by hyphens, such as my-sweep.`);
  }
  const folder = options.folder === undefined ? experimentsFolder : resolve(options.folder);
  const file = join(folder, `${name}.ts`);
  if (existsSync(file))
    throw new InputError(`${shown(file)}: is already there; choose another name or remove it first.`);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new StoreError(`${shown(folder)}: cannot be made: ${messageOf(error)}.`);
  }
  writeAtomic(file, template(name));
  process.stdout.write(`wrote ${shown(file)}\nnext: exp validate ${name} · exp plan ${name} · exp run ${name}\n`);
}

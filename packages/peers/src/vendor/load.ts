import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { UnsupportedError } from "@xattn/measures";
import { lastFailure } from "./fetch.ts";
import { fetchCommand, isInstalled, vendorFolder } from "./folder.ts";

const require = createRequire(join(vendorFolder, "package.json"));

/**
 * A peer's package. The caller says what of its interface it uses: the packages are not there when this is compiled.
 *
 * @throws UnsupportedError when the peers are not installed, with what there is to do
 */
export function load<Interface>(name: string): Interface {
  needInstalled(name, vendorFolder);
  return require(name) as Interface;
}

/**
 * The same, as a copy of its own of the package and of those that it shares state through: for a library that can be
 * set up only once.
 */
export function loadApart<Interface>(name: string, ...shared: readonly string[]): Interface {
  needInstalled(name, vendorFolder);
  const own = createRequire(require.resolve(name));
  for (const path of [require.resolve(name), ...shared.map((other) => own.resolve(other))]) forget(path);
  return require(name) as Interface;
}

/** Packages of several files keep their state in any of them. */
function forget(path: string): void {
  const folder = /^.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+/.exec(path)?.[0] ?? path;
  for (const loaded of Object.keys(require.cache)) if (loaded.startsWith(folder)) delete require.cache[loaded];
}

/** @throws UnsupportedError when the folder is not as its lockfile says */
export function needInstalled(name: string, folder: string): void {
  if (isInstalled(folder)) return;
  const failure = lastFailure();
  const why = failure === undefined ? "" : `; the last try to fetch it failed: ${failure}`;
  throw new UnsupportedError(`${name} is not installed${why}. Fetch the peers with: ${fetchCommand}`);
}

/** A module of a peer's package that has an entry for browsers only, by its path in the package. */
export async function importFrom<Interface>(name: string, path: string): Promise<Interface> {
  needInstalled(name, vendorFolder);
  return (await import(pathToFileURL(join(vendorFolder, "node_modules", name, path)).href)) as Interface;
}

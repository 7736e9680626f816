import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SourceError } from "./errors.ts";
import { run } from "./run.ts";

/** Where the packages from npm are installed, outside the workspace. */
export const vendorFolder = fileURLToPath(new URL("../../vendor/", import.meta.url));

const pnpm = ["-y", "pnpm@10.34.8", "install", "--ignore-workspace", "--frozen-lockfile", "--ignore-scripts"] as const;

/**
 * Installs what the vendor folder's lockfile names, unless it is there.
 *
 * @param say told what is fetched, how large it is, and how to undo it
 * @throws SourceError with the last words of the installer
 */
export async function fetchNpm(say: (line: string) => void): Promise<void> {
  if (isInstalled(vendorFolder)) return;
  const pins = Object.entries(npmVersions()).map(([name, version]) => `${name} ${version}`);
  say(
    `fetching ${pins.join(", ")} from npm: about 130 MB to download, 425 MB on disk, into ${join(vendorFolder, "node_modules")}; delete that folder to undo`,
  );
  try {
    await run("npx", pnpm, vendorFolder);
  } catch (error) {
    throw new SourceError(`the packages from npm could not be fetched: ${(error as Error).message}`);
  }
  if (!isInstalled(vendorFolder))
    throw new SourceError(`${vendorFolder}: holds other packages than its lockfile names`);
}

/** Whether the folder holds what its lockfile names. */
function isInstalled(folder: string): boolean {
  const read = (path: string) => {
    try {
      return readFileSync(join(folder, path), "utf8");
    } catch {
      return undefined;
    }
  };
  const wanted = read("pnpm-lock.yaml");
  // pnpm leaves a copy of the lockfile when everything in it is in place.
  return wanted !== undefined && read("node_modules/.pnpm/lock.yaml") === wanted;
}

/** The exact version of each package. */
export function npmVersions(): Readonly<Record<string, string>> {
  const text = readFileSync(join(vendorFolder, "package.json"), "utf8");
  return (JSON.parse(text) as { readonly dependencies: Readonly<Record<string, string>> }).dependencies;
}

/** A package of the vendor folder; the caller says what of its interface it uses. */
export function requireVendor<Interface>(name: string): Interface {
  return createRequire(join(vendorFolder, "package.json"))(name) as Interface;
}

/** The path of a file of a package of the vendor folder. */
export function vendorFile(name: string, path: string): string {
  return join(vendorFolder, "node_modules", name, path);
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the peers' packages are installed, outside the workspace. */
export const vendorFolder = fileURLToPath(new URL("../../vendor/", import.meta.url));

/** What a person types, in the root of the workspace, to fetch the peers without running anything. */
export const fetchCommand =
  "npx -y pnpm@10.34.8 --dir packages/peers/vendor install --ignore-workspace --frozen-lockfile --ignore-scripts";

const pins = (
  JSON.parse(readFileSync(join(vendorFolder, "package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  }
).dependencies;

/** The exact versions of some of the peers' packages. */
export function pinned(...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.map((name) => {
      const version = pins[name];
      if (version === undefined) throw new RangeError(`name: ${name} is not one of ${Object.keys(pins).join(", ")}`);
      return [name, version];
    }),
  );
}

/** Whether the folder holds what its lockfile names, nothing else. */
export function isInstalled(folder: string = vendorFolder): boolean {
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

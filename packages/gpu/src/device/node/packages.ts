import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Where a workspace keeps a WebGPU implementation and a software adapter, outside of what everyone installs. */
const vendorFolder = fileURLToPath(new URL("../../../vendor/", import.meta.url));

/** What a person types in the root of the workspace to fetch them, running nothing. */
export const fetchCommand =
  "npx -y pnpm@10.34.8 --dir packages/gpu/vendor install --ignore-workspace --frozen-lockfile --ignore-scripts";

const requires = [createRequire(import.meta.url), createRequire(join(vendorFolder, "package.json"))];

/** The main file of an installed package: the user's own before the workspace's. */
export function resolvePackage(name: string): string | undefined {
  for (const require of requires) {
    try {
      return require.resolve(name);
    } catch {}
  }
  return undefined;
}

export async function importPackage<Interface>(file: string): Promise<Interface> {
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Interface;
}

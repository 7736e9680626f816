import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** The models are not there, or not as this code knows them. */
export class VendorError extends Error {
  override readonly name = "VendorError";
}

const folder = new URL("../../vendor/", import.meta.url);
const installCommand =
  "npx -y pnpm@10.34.8 --dir packages/encoders/vendor install --ignore-workspace --frozen-lockfile --ignore-scripts";

/** Whether the packages of `vendor/package.json` have been installed. */
export function hasVendor(): boolean {
  return existsSync(new URL("node_modules/.pnpm/lock.yaml", folder));
}

/**
 * A CommonJS module of the vendor folder.
 *
 * @throws VendorError with the command that installs the folder
 */
export function requireVendor<Module>(name: string): Module {
  return vendorRequire()(name) as Module;
}

/** The path of a file in a package of the vendor folder. */
export function vendorFile(path: string): string {
  vendorRequire();
  return fileURLToPath(new URL(`node_modules/${path}`, folder));
}

function vendorRequire(): NodeJS.Require {
  if (!hasVendor()) throw new VendorError(`the models are not in ${fileURLToPath(folder)}; run: ${installCommand}`);
  return createRequire(new URL("package.json", folder));
}

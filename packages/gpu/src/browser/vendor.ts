import { createRequire } from "node:module";
import { fetchCommand, importPackage } from "../device/node/packages.ts";

const require = createRequire(new URL("../../vendor/package.json", import.meta.url));

/** A headless browser, or what drives it, is not installed. */
export class NoBrowserError extends Error {
  override readonly name = "NoBrowserError";
}

/**
 * A package of the vendor folder. The caller says what of its interface it uses: it is not there when this is compiled.
 *
 * @throws NoBrowserError with what to do when it is not installed
 */
export async function importVendor<Interface>(name: string): Promise<Interface> {
  let file: string;
  try {
    file = require.resolve(name);
  } catch {
    throw new NoBrowserError(`${name} is not installed; fetch it with: ${fetchCommand}`);
  }
  const loaded = await importPackage<Interface & { readonly default?: Interface }>(file);
  return loaded.default ?? loaded;
}

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { scriptSource } from "./escape.ts";

const require = createRequire(import.meta.url);

/** Source texts of vega, vega-lite and vega-embed, in the order in which a page needs them. */
export async function chartLibraries(): Promise<readonly string[]> {
  // vega and its schema lie in one folder; the others have no such export, but are laid out alike.
  const files = [
    join(dirname(require.resolve("vega/vega-schema.json")), "vega.min.js"),
    join(dirname(require.resolve("vega-lite/vega-lite-schema.json")), "vega-lite.min.js"),
    join(dirname(require.resolve("vega-embed")), "vega-embed.min.js"),
  ];
  const sources = await Promise.all(files.map((file) => readFile(file, "utf8")));
  return sources.map((source) => scriptSource(source.replace(/\/\/# sourceMappingURL=.*$/m, "")));
}

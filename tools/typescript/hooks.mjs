import { fileURLToPath } from "node:url";
import { transpile } from "./transpile.mjs";

/** Loads the workspace's TypeScript; everything else goes on to Node. */
export function load(url, context, nextLoad) {
  if (!url.startsWith("file:") || !/\.ts(\?|$)/.test(url) || url.includes("/node_modules/"))
    return nextLoad(url, context);
  return { format: "module", source: transpile(fileURLToPath(url)), shortCircuit: true };
}

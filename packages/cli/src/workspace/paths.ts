import { relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Folders of the workspace, whatever folder the command is typed in. */
export const root = fileURLToPath(new URL("../../../../", import.meta.url));
export const experimentsFolder = resolve(root, "experiments");
export const resultsFolder = resolve(root, "results");

/** A path as a person in the current folder would type it. */
export function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" ? "." : short.startsWith("..") ? path : short;
}

/** The flags with which a worker process loads TypeScript. */
export const workerFlags = [
  ...process.execArgv.filter((flag, index, all) => !isLoader(flag) && !isLoader(all[index - 1] ?? "")),
  "--import",
  pathToFileURL(resolve(root, "register.mjs")).href,
];

function isLoader(flag: string): boolean {
  return flag === "--import";
}

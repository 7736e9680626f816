import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ArchiveFile } from "./tar.ts";

/** Files at the root of the workspace that a run needs. */
const rootFiles = /^(package\.json|pnpm-workspace\.yaml|pnpm-lock\.yaml|register\.mjs|tsconfig.*\.json|LICENSE)$/;
const folders = ["packages", "tools"];
const leftOut = new Set(["node_modules", "dist", "coverage", "test", "fixtures", "chaos"]);
/** Tests, and anything that begins with a dot, such as a file of secrets, stay at home. */
const leftOutFile = /^\.|\.test(-d)?\.ts$|\.tsbuildinfo$|^README\.md$/;

/**
 * All of the workspace that it takes to run an experiment: its code, and what says which libraries to install. Of the
 * experiments only the manifest of their package is among it.
 */
export function workspaceFiles(root: string): ArchiveFile[] {
  const paths = [
    ...readdirSync(root).filter((name) => rootFiles.test(name)),
    ...folders.flatMap((folder) => filesIn(root, folder)),
    ...["experiments/package.json", "experiments/tsconfig.json"],
  ];
  return paths.sort().map((path) => ({ path, content: readFileSync(join(root, path)) }));
}

function filesIn(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return leftOut.has(entry.name) || entry.name.startsWith(".") ? [] : filesIn(root, path);
    return entry.isFile() && !leftOutFile.test(entry.name) ? [path] : [];
  });
}

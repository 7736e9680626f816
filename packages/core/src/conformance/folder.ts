import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type ConformanceCase, parseCase } from "./case.ts";

const repository = fileURLToPath(new URL("../../../../", import.meta.url));

export interface CaseFolder {
  readonly path: string;
  /** Whether the environment variable XATTN_CONFORMANCE_DIR names the folder. */
  readonly told: boolean;
  readonly exists: boolean;
}

/** The folder named by XATTN_CONFORMANCE_DIR, else the one beside the repository. Relative paths start at its root. */
export function findCaseFolder(environment: Readonly<Record<string, string | undefined>>): CaseFolder {
  const named = environment.XATTN_CONFORMANCE_DIR;
  const path = resolve(repository, named || "../shared/conformance/onnx");
  return { path, told: Boolean(named), exists: existsSync(path) };
}

export function readCases(folder: string): readonly ConformanceCase[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => parseCase(readFileSync(join(folder, file), "utf8")));
}

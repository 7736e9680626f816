import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cpuEngine } from "@xattn/cpu";
import { type Adapter, type Environment, readEnvironment, sourceHash } from "@xattn/runner";
import { backendLabels } from "../webgpu/adapter.ts";
import { root } from "./paths.ts";

/** Packages whose code moves the numbers of a cell. */
const measuredPackages = [
  "masking",
  "stats",
  "core",
  "cpu",
  "gpu",
  "data",
  "fusion",
  "grounding",
  "measures",
  "encoders",
  "peers",
  "runner",
];

/** SHA-256 of the workspace's lockfile; null where there is none. */
export function lockfileHash(): string | null {
  const lockfile = join(root, "pnpm-lock.yaml");
  return existsSync(lockfile) ? createHash("sha256").update(readFileSync(lockfile)).digest("hex") : null;
}

/** SHA-256 of all code that a cell of the experiment in `file` may run. */
export function measuredHash(file: string): string {
  return sourceHash(root, [...measuredPackages.map((name) => join(root, "packages", name, "src")), file]);
}

/** This machine, as far as it can move a number. */
export function environmentHere(adapter: Adapter | undefined): Environment {
  return readEnvironment(
    { backends: `reference, plain, cpu (${cpuEngine()} kernels)` },
    { adapter, labels: adapter && backendLabels(adapter) },
  );
}

/** The major version of Node, which has to agree between machines that share a run. */
export function nodeMajor(): number {
  return Number(process.versions.node.split(".")[0]);
}

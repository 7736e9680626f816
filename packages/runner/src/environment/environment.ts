import { execFileSync } from "node:child_process";
import { arch, availableParallelism, cpus, release, totalmem, type } from "node:os";
import { canonicalJson, sha256 } from "../plan/canonical.ts";
import type { Adapter, Environment } from "../run-data.ts";

/** What the machine alone does not tell. */
export interface EnvironmentOptions {
  readonly adapter?: Adapter | undefined;
  readonly labels?: Environment["labels"] | undefined;
}

/** Reads off what machine and runtime this is; the adapter counts to what must agree before timings are compared. */
export function readEnvironment(
  notes: Readonly<Record<string, string>>,
  { adapter, labels }: EnvironmentOptions = {},
): Environment {
  const facts = {
    node: process.version,
    v8: process.versions.v8,
    flags: [...process.execArgv, ...(process.env.NODE_OPTIONS ?? "").split(/\s+/)].filter(movesNumbers),
    os: `${type()} ${release()}`,
    architecture: arch(),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
  };
  const { os: _kernel, memoryBytes: _memory, ...decisive } = facts;
  return {
    fingerprint: sha256(canonicalJson({ ...decisive, os: type(), notes, ...(adapter && { adapter }) })).slice(0, 16),
    ...facts,
    timerResolutionNs: timerResolution(),
    notes,
    ...(adapter && { adapter }),
    ...(labels && { labels }),
  };
}

/** Flags of the engine; those that load the TypeScript hooks or silence warnings do not count. */
function movesNumbers(flag: string): boolean {
  return flag.startsWith("--") && !/^--(import|require|loader|disable-warning|experimental-loader)/.test(flag);
}

/** The smallest step between two readings of the clock that differ, in nanoseconds. */
function timerResolution(): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let trial = 0; trial < 200; trial += 1) {
    const start = process.hrtime.bigint();
    let end = start;
    while (end === start) end = process.hrtime.bigint();
    smallest = Math.min(smallest, Number(end - start));
  }
  return smallest;
}

/** The commit that is checked out and whether the tree differs from it; nulls outside a repository. */
export function readGit(folder: string): { commit: string | null; dirty: boolean | null } {
  const git = (...words: string[]) =>
    execFileSync("git", words, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 10_000,
    }).trim();
  try {
    return { commit: git("rev-parse", "HEAD"), dirty: git("status", "--porcelain", "--untracked-files=no") !== "" };
  } catch {
    return { commit: null, dirty: null };
  }
}

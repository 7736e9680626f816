import type { Environment, Manifest } from "../run-data.ts";

/** One fact of the surroundings that is not the same in both runs. */
export interface EnvironmentChange {
  readonly field: string;
  readonly before: string;
  readonly after: string;
  /** Whether it makes the hosts two: their times have no ratio that means anything. */
  readonly host: boolean;
}

const hostFields = ["cpu", "cores", "architecture", "memoryBytes"] as const;
const otherFields = ["os", "node", "v8", "flags"] as const;
/** A virtual machine does not always report the same memory to the last page. */
const memoryTolerance = 0.02;

/** Every fact that differs, the host's first; other runtimes on one host are named and compared. */
export function environmentChanges(before: Manifest, after: Manifest): readonly EnvironmentChange[] {
  const changes: EnvironmentChange[] = [];
  const note = (field: string, earlier: unknown, later: unknown, host: boolean) => {
    if (shown(earlier) !== shown(later)) {
      changes.push({ field, before: shown(earlier), after: shown(later), host });
    }
  };
  const [one, two] = [before.environment, after.environment];
  for (const field of hostFields) {
    if (field === "memoryBytes" && alike(one.memoryBytes, two.memoryBytes)) continue;
    note(field, one[field], two[field], true);
  }
  note("operating system", kindOf(one), kindOf(two), true);
  for (const field of otherFields) note(field, one[field], two[field], false);
  for (const name of new Set([...Object.keys(one.notes), ...Object.keys(two.notes)])) {
    note(name, one.notes[name], two.notes[name], false);
  }
  note("commit", before.git.commit, after.git.commit, false);
  note("lockfile", before.lockfileHash, after.lockfileHash, false);
  note("source", before.sourceHash, after.sourceHash, false);
  note("sampling", samplingOf(before), samplingOf(after), false);
  return changes;
}

function kindOf({ os }: Environment): string {
  return os.split(" ")[0] ?? os;
}

/** Runs that were sampled otherwise can be compared, and a reader should know. */
function samplingOf(manifest: Manifest): unknown {
  return "spec" in manifest ? JSON.stringify((manifest.spec as { sampling?: unknown }).sampling) : undefined;
}

function alike(one: number, two: number): boolean {
  return Math.abs(one - two) <= memoryTolerance * Math.max(one, two);
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "unknown";
  return Array.isArray(value) ? value.join(" ") || "none" : String(value);
}

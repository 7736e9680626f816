import type { ChartSpec } from "@xattn/runner";
import { ChartError } from "../errors/errors.ts";

/** @throws {ChartError} when a name is not lower-case words joined by hyphens (names become files), or is taken. */
export function checkNames(charts: readonly ChartSpec[]): void {
  const taken = new Set<string>();
  for (const { name } of charts) {
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
      throw new ChartError(`chart ${JSON.stringify(name)} needs a name of lower-case words joined by hyphens`);
    }
    if (taken.has(name)) throw new ChartError(`two charts are called "${name}"; each needs a name of its own`);
    taken.add(name);
  }
}

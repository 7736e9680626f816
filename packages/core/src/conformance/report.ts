import type { SyncBackend } from "../backend/backend.ts";
import { UnsupportedError } from "../errors/errors.ts";
import type { ConformanceCase, Numbers } from "./case.ts";
import { mismatch } from "./compare.ts";

export type RunCase = (recorded: ConformanceCase, backend: SyncBackend) => ReadonlyMap<string, Numbers>;

/** Names of cases, with what went wrong behind those that failed and why behind those that were skipped. */
export interface Report {
  readonly passed: string[];
  readonly failed: string[];
  readonly skipped: string[];
}

/** Runs every case by its operator and holds its outputs to the recorded ones, at the tolerances of the case. */
export function runCases(
  cases: readonly ConformanceCase[],
  operators: Readonly<Record<string, RunCase>>,
  backend: SyncBackend,
): Report {
  const report: Report = { passed: [], failed: [], skipped: [] };
  for (const recorded of cases) {
    try {
      const outputs = operators[recorded.op]!(recorded, backend);
      const wrong = [...recorded.outputs].flatMap(([name, expected]) => {
        const actual = outputs.get(name);
        const problem = actual ? mismatch(actual, expected, recorded.rtol, recorded.atol) : "is missing";
        return problem ? [`${name} ${problem}`] : [];
      });
      if (wrong.length > 0) report.failed.push(`${recorded.name}: ${wrong.join("; ")}`);
      else report.passed.push(recorded.name);
    } catch (error) {
      const list = error instanceof UnsupportedError ? report.skipped : report.failed;
      list.push(`${recorded.name}: ${String(error)}`);
    }
  }
  return report;
}

/** The report in lines, for people. */
export function describeReport(title: string, { passed, failed, skipped }: Report): string {
  const lines = Object.entries({ passed, failed, skipped }).flatMap(([status, names]) => [
    `  ${names.length} ${status}`,
    ...names.map((name) => `    ${status} ${name}`),
  ]);
  return [title, ...lines].join("\n");
}

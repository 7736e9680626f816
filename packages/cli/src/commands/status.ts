import { describe, type RunStatus, runStatuses } from "@xattn/runner";
import colors from "picocolors";
import { textTable } from "../terminal/table.ts";
import { terminalWidth } from "../terminal/verdict.ts";
import { shown } from "../workspace/paths.ts";
import { resultsOf } from "./options.ts";

/** `exp status` */
export async function status(options: { readonly results?: string; readonly json?: boolean }): Promise<void> {
  const results = resultsOf(options);
  const runs = await runStatuses(results);
  if (options.json) process.stdout.write(`${JSON.stringify(runs, null, 2)}\n`);
  else if (runs.length === 0) process.stdout.write(`Nothing is running or cut off in ${shown(results)}.\n`);
  else process.stdout.write(`${textTable(runs.flatMap(rowsOf), terminalWidth())}\n`);
}

function rowsOf(run: RunStatus): string[][] {
  const { done, cells, failed, quarantined, seconds, lastAt } = run;
  const last = lastAt === undefined ? "none yet" : `the last at ${lastAt}`;
  const trouble = `${failed > 0 ? `, ${failed} failed` : ""}${quarantined > 0 ? `, ${quarantined} of them quarantined` : ""}`;
  return [
    [paint(run.state), shown(run.folder)],
    ["", `${done} of ${cells} cells${trouble} in ${seconds.toFixed(1)} s; ${last}`],
    ["", colors.dim(holder(run))],
    ...run.quarantine.map((cell) => ["", colors.red(quarantinedCell(cell))]),
    ...(quarantined > run.quarantine.length ? [["", `and ${quarantined - run.quarantine.length} more`]] : []),
    ...(run.problem === undefined ? [] : [["", colors.red(run.problem)]]),
    ...(run.damagedBytes > 0
      ? [["", `the last line was cut off (${run.damagedBytes} bytes); its cell runs again`]]
      : []),
  ];
}

function quarantinedCell({ measure, parameters, message }: RunStatus["quarantine"][number]): string {
  return `${measure} ${describe(parameters)}: ${message}`;
}

function holder({ state, lock, command }: RunStatus): string {
  const owner =
    lock.kind === "free" || lock.process === null ? "an unreadable lock" : `process ${lock.process} on ${lock.host}`;
  if (state === "running") return `held by ${owner}`;
  const again = `go on with: ${command}`;
  if (state === "complete") return `complete; to try those cells once more: ${command} --retry-failed`;
  return state === "stale" ? `left by ${owner}, which is gone; ${again}` : again;
}

function paint(state: RunStatus["state"]): string {
  if (state === "running" || state === "complete") return colors.green(state);
  return state === "stale" ? colors.red(state) : colors.yellow(state);
}

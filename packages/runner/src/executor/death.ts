import type { Outcome } from "../ledger/outcome.ts";
import type { Cell } from "../plan/plan.ts";
import type { Death } from "./attempts.ts";
import { shownBytes } from "./memory.ts";
import type { Exit } from "./worker-process.ts";

/** All that is known of a worker process that died. */
export interface DeathReport {
  readonly death: Death;
  readonly exit: Exit;
  /** Bytes that it had in memory when it was killed for that, and the limit. */
  readonly memory: { readonly used: number; readonly limit: number };
  readonly deadlineSeconds: number;
}

const mostWords = 2000;

/** What a process did, as what comes after "its process" in a sentence. */
export function describeDeath({ death, exit, memory, deadlineSeconds }: DeathReport): string {
  switch (death) {
    case "oversized":
      return `had ${shownBytes(memory.used)} in memory, over the limit of ${shownBytes(memory.limit)}, and was killed (--memory-limit sets another one)`;
    case "overdue":
      return `gave no sign for ${deadlineSeconds} s and was killed`;
    case "stopped":
      return `was stopped by a signal, gave no sign for ${deadlineSeconds} s and was killed`;
    case "crash":
      return exit.how;
  }
}

/** The outcome of a cell that its process died under, `attempts` times when it was alone. */
export function outcomeOfDeath(cell: Cell, report: DeathReport, attempts: number): Outcome {
  const { death, exit, deadlineSeconds } = report;
  const said = exit.lastWords ? `; last words: ${exit.lastWords}` : "";
  const overdue = death === "overdue" || death === "stopped";
  const name = overdue ? "Timeout" : death === "oversized" ? "MemoryLimit" : "WorkerCrash";
  const message = `${death === "overdue" ? "" : "its process "}${describeDeath(report)}${said}`;
  return {
    cell: cell.hash,
    measure: cell.measure,
    parameters: cell.parameters,
    seed: cell.seed,
    status: overdue ? "timeout" : "failed",
    error: { name, message },
    ...(attempts > 1 ? { attempts } : {}),
    ...(overdue ? {} : { quarantined: true }),
    lastWords: { output: exit.output.slice(-mostWords), errors: exit.errors.slice(-mostWords) },
    seconds: overdue ? deadlineSeconds : 0,
    at: new Date().toISOString(),
  };
}

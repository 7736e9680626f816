import { dirname, join } from "node:path";
import { type ExecutorEvents, messageOf, openLedger, repairTail, scanLedger, writeAtomic } from "@xattn/runner";
import { NoWorkerError } from "../errors/errors.ts";
import { mismatches, type RunDescription } from "../run/description.ts";
import type { LocalRun } from "../run/local-run.ts";
import { readChunk, readRunDescription, slurmFiles } from "./files.ts";

export interface SlurmTaskOptions {
  /** Path of the chunk file. */
  readonly chunk: string;
  /** Name of this node. */
  readonly host: string;
  /** Looks at the run before a cell of it is taken. */
  readonly inspect: (run: RunDescription) => Promise<LocalRun>;
  readonly events?: ExecutorEvents;
}

/**
 * Runs a chunk file of an array on this node, and appends outcomes to the file beside it as cells end. What an
 * earlier start of the task recorded is not run again.
 *
 * @throws NoWorkerError when this node is not what the run needs; the producer reads the reason from a file
 */
export async function runSlurmTask(options: SlurmTaskOptions): Promise<void> {
  const folder = dirname(options.chunk);
  const run = readRunDescription(join(folder, "..", slurmFiles.run));
  const { task, jobs } = readChunk(options.chunk);
  const refuse = (reason: string): never => {
    const text = `${options.host}: ${reason}`;
    writeAtomic(join(folder, slurmFiles.refusal(task)), text);
    throw new NoWorkerError(text);
  };
  const local = await options.inspect(run).catch((error: unknown) => refuse(messageOf(error)));
  const problems = mismatches(run.facts, local.facts);
  if (problems.length > 0) refuse(problems.join("; "));
  if (jobs.some(({ exclusive }) => exclusive) && local.fingerprint !== run.fingerprint) {
    refuse(
      `timed cells need a machine like that of the run (fingerprint ${run.fingerprint}), and this one is another kind (${local.fingerprint}); choose its kind by SBATCH_CONSTRAINT or SBATCH_PARTITION`,
    );
  }

  const file = join(folder, slurmFiles.outcomes(task));
  const known = new Set<string>();
  await repairTail(file, await scanLedger(file, ({ cell }) => known.add(cell)));
  const left = jobs.flatMap((job) => {
    const cells = job.cells.filter(({ hash }) => !known.has(hash));
    return cells.length > 0 ? [{ ...job, cells }] : [];
  });
  const host = { name: options.host, fingerprint: local.fingerprint };
  const ledger = openLedger(file);
  const executor = local.open(options.events ?? {});
  try {
    for await (const outcomes of executor.execute(left, known)) {
      ledger.append(outcomes.map((outcome) => ({ ...outcome, host })));
    }
  } catch (error) {
    refuse(`its cells cannot be run here: ${messageOf(error)}`);
  } finally {
    await executor.close();
    ledger.close();
  }
}

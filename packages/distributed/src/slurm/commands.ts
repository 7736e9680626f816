import { execFile } from "node:child_process";
import { SlurmError } from "../errors/errors.ts";

/** One task of an array that is waiting or running. */
export interface QueuedTask {
  /** Name of the submission. */
  readonly name: string;
  readonly task: number;
  /** Slurm's short state, as PD or R. */
  readonly state: string;
  /** Why it waits. */
  readonly reason: string;
}

const commandMs = 60_000;

/** @throws SlurmError with what the command said */
function call(command: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, [...words], { encoding: "utf8", timeout: commandMs }, (error, output, errors) => {
      if (!error) resolve(output);
      else if ((error as NodeJS.ErrnoException).code === "ENOENT") {
        reject(new SlurmError(`${command} is not installed here: start the run on a machine that submits to Slurm.`));
      } else reject(new SlurmError(`${command} failed: ${(errors || error.message).trim().slice(-500)}`));
    });
  });
}

/** Submits a script. */
export async function submit(script: string): Promise<void> {
  await call("sbatch", ["--parsable", script]);
}

/** The tasks of some submissions that are not finished. */
export async function queuedTasks(names: readonly string[]): Promise<readonly QueuedTask[]> {
  if (names.length === 0) return [];
  const text = await call("squeue", ["--array", "--noheader", `--name=${names.join(",")}`, "--format=%j|%K|%t|%r"]);
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .flatMap((line): QueuedTask[] => {
      const [name = "", task = "", state = "", reason = ""] = line.trim().split("|");
      return /^\d+$/.test(task) ? [{ name, task: Number(task), state, reason }] : [];
    });
}

export async function cancelAll(names: readonly string[]): Promise<void> {
  // scancel takes one name, where squeue takes many.
  for (const name of names) await call("scancel", [`--name=${name}`]);
}

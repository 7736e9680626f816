import type { Lane } from "../run/chunk.ts";

export interface ScriptOptions {
  /** Unique to the submission: jobs are found and cancelled by it. */
  readonly name: string;
  readonly lane: Lane;
  readonly tasks: number;
  readonly cells: number;
  /** Cores of a task, which are as many cells at once. Cells that need a machine to themselves get a whole node. */
  readonly cores: number;
  /** Where the chunk files are, on a file system that all nodes see. */
  readonly folder: string;
  /** The command that runs a chunk file; the file's path follows as its last word. */
  readonly command: readonly string[];
  /** Where the command runs. */
  readonly cwd: string;
}

/**
 * The script that is handed to sbatch: an array with a task a chunk. Partition, account and time limit come from
 * sbatch's own variables, SBATCH_PARTITION, SBATCH_ACCOUNT and SBATCH_TIMELIMIT.
 */
export function sbatchScript(options: ScriptOptions): string {
  const { name, lane, tasks, cells, cores, folder, command, cwd } = options;
  const log = `${folder.replaceAll("%", "%%")}/log-%a.txt`;
  return `#!/bin/bash
# ${cells} cells in ${tasks} ${tasks === 1 ? "task" : "tasks"}${lane === "alone" ? ", each on a node of its own" : ""}
#SBATCH --job-name=${name}
#SBATCH --array=0-${tasks - 1}
${lane === "alone" ? "#SBATCH --exclusive" : `#SBATCH --cpus-per-task=${cores}`}
#SBATCH --output="${log.replaceAll('"', '\\"')}"
#SBATCH --open-mode=append
cd ${quote(cwd)} || exit 1
exec ${command.map(quote).join(" ")} ${quote(`${folder}/chunk-`)}"$SLURM_ARRAY_TASK_ID".json
`;
}

function quote(word: string): string {
  return /^[\w./=:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

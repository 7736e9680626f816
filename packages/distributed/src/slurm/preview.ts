import type { Job } from "@xattn/runner";
import type { SlurmSettings } from "./executor.ts";
import { settingsOf } from "./executor.ts";
import { pack, peekable } from "./pack.ts";
import { sbatchScript } from "./script.ts";

export interface SlurmPreview {
  readonly arrays: number;
  readonly tasks: number;
  readonly cells: number;
  /** The script of the first array of each kind. */
  readonly scripts: readonly string[];
}

export interface PreviewOptions extends SlurmSettings {
  readonly experiment: string;
  readonly folder: string;
  readonly command: readonly string[];
  readonly cwd: string;
}

/** What `slurmExecutor` would hand to sbatch for a plan, with nothing written or submitted. */
export function previewSlurm(jobs: Iterable<Job>, options: PreviewOptions): SlurmPreview {
  const { folder, command, cwd, experiment } = options;
  const settings = settingsOf(options);
  const plan = peekable(jobs);
  const scripts = new Map<string, string>();
  let [arrays, tasks, cells] = [0, 0, 0];
  for (let next = pack(plan, settings); next; next = pack(plan, settings)) {
    const name = `xattn-${experiment}`;
    const size = next.chunks.length;
    if (!scripts.has(next.lane)) {
      const { lane } = next;
      const { cores } = settings;
      scripts.set(
        lane,
        sbatchScript({ name, lane, tasks: size, cells: next.cells, cores, folder: `${folder}/${name}`, command, cwd }),
      );
    }
    arrays += 1;
    tasks += size;
    cells += next.cells;
  }
  return { arrays, tasks, cells, scripts: [...scripts.values()] };
}

import { execFileSync } from "node:child_process";
import { jobs } from "@xattn/runner";
import { range } from "@xattn/runner/define";
import { describe, expect, test } from "vitest";
import { experimentOf } from "../../fixtures/setting.ts";
import { leftOf, pack, peekable } from "./pack.ts";
import { previewSlurm } from "./preview.ts";
import { sbatchScript } from "./script.ts";

const settings = { cellsPerTask: 128, blocksPerTask: 3, tasksPerArray: 2 };

describe("arrays", () => {
  test("hold every job once, in order, none of them cut", async () => {
    const experiment = await experimentOf("sweep", { n: range(1, 5) });
    const planned = [...jobs(experiment, new Set())];
    const plan = peekable(planned);
    const packs = [];
    for (let next = pack(plan, settings); next; next = pack(plan, settings)) packs.push(next);
    expect(packs.flatMap(({ chunks }) => chunks.flatMap(({ jobs: own }) => own))).toEqual(planned);
    expect(packs.map(({ cells }) => cells)).toEqual([256, 244]);
    expect(packs.map(({ chunks }) => chunks.map(({ task }) => task))).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(packs.every(({ lane }) => lane === "shared")).toBe(true);
  });

  test("count blocks, where cells need a node to themselves", async () => {
    const plan = peekable(jobs(await experimentOf("timed"), new Set()));
    expect(pack(plan, settings)!.chunks.map(({ jobs: own }) => own.length)).toEqual([3, 1]);
    expect(pack(plan, settings)).toBeUndefined();
  });

  test("are made from a plan that is read no further than needed", async () => {
    const experiment = await experimentOf("sweep", { n: range(1, 50) });
    let read = 0;
    function* counted() {
      for (const job of jobs(experiment, new Set())) {
        read += 1;
        yield job;
      }
    }
    pack(peekable(counted()), settings);
    expect(read).toBe(5);
  });
});

test("of a block that is begun, arms that are done take part again unrecorded", async () => {
  const [block] = [...jobs(await experimentOf("timed"), new Set())];
  const open = new Map([[block!.cells[1]!.hash, block!.cells[1]!]]);
  expect(leftOf([block!], open)).toMatchObject([{ cells: [block!.cells[1]], companions: [block!.cells[0]] }]);
  expect(leftOf([block!], new Map())).toEqual([]);
});

describe("script", () => {
  const options = {
    ...{ name: "xattn-sweep", tasks: 3, cells: 700, cores: 4, folder: "/runs/50% of it's", cwd: "/home/me/x y" },
    command: ["/usr/bin/node", "--import", "file:///r.mjs", "main.ts", "worker", "--chunk"],
  };

  test("is the one that sbatch gets", () => {
    expect(sbatchScript({ ...options, lane: "shared" })).toBe(`#!/bin/bash
# 700 cells in 3 tasks
#SBATCH --job-name=xattn-sweep
#SBATCH --array=0-2
#SBATCH --cpus-per-task=4
#SBATCH --output="/runs/50%% of it's/log-%a.txt"
#SBATCH --open-mode=append
cd '/home/me/x y' || exit 1
exec /usr/bin/node --import file:///r.mjs main.ts worker --chunk '/runs/50% of it'\\''s/chunk-'"$SLURM_ARRAY_TASK_ID".json
`);
    expect(sbatchScript({ ...options, lane: "alone" })).toMatch(/each on a node of its own[\s\S]*#SBATCH --exclusive/);
  });

  test("hands a chunk file over as one word, whatever its folder is called", () => {
    const script = sbatchScript({ ...options, command: ["printf", "%s\n"], cwd: "/", lane: "shared" });
    const printed = execFileSync("bash", ["-c", script], { encoding: "utf8", env: { SLURM_ARRAY_TASK_ID: "2" } });
    expect(printed).toBe("/runs/50% of it's/chunk-2.json\n");
  });

  test("a preview counts arrays, tasks and cells, and shows a script for each kind", async () => {
    const planned = [
      ...jobs(await experimentOf("sweep", { n: range(1, 5) }), new Set()),
      ...jobs(await experimentOf("timed"), new Set()),
    ];
    const preview = previewSlurm(planned, {
      ...settings,
      experiment: "both",
      folder: "/runs",
      command: ["run"],
      cwd: "/",
    });
    expect(preview).toMatchObject({ arrays: 3, tasks: 6, cells: 508 });
    expect(preview.scripts).toHaveLength(2);
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { needsRedis, startRedis } from "../../distributed/fixtures/redis.ts";
import { exp, scratchFolder, start } from "../test/exp.ts";

const small = ["run", "normalization", "n=9", "m=5", "scale=1", "--no-report"];

function runIn(results: string): { folder: string; table: string } {
  const [name] = readdirSync(join(results, "normalization"));
  const folder = join(results, "normalization", name!);
  return { folder, table: readFileSync(join(folder, "table.csv"), "utf8") };
}

test.each([
  [["--executor", "cloud"], /'cloud' is invalid.*Allowed choices are local, bullmq, slurm/],
  [["--executor", "bullmq"], /--redis: give the address of Redis/],
  [["--redis", "redis://:hush-hush@host"], /--redis: the executor local has no use for it; add --executor bullmq/],
  [["--executor", "bullmq", "--redis", "http://:hush-hush@host"], /begins with redis:\/\/ or rediss:\/\//],
  [["--executor", "bullmq", "--redis", "redis://:hush-hush@127.0.0.1:1"], /no Redis answers there/],
])("exp run %j is told what is wrong, without the password", async (words, message) => {
  const { code, stderr, stdout } = await exp(...small, "--results", scratchFolder(), ...words);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
  expect(stderr + stdout).not.toContain("hush-hush");
});

test("a dry run for Slurm shows the script that it would submit, and writes nothing", async () => {
  const results = scratchFolder();
  const words = ["--executor", "slurm", "--workers", "3", "--dry-run", "--results", results];
  const { code, stdout } = await exp(...small, ...words);
  expect(code).toBe(0);
  expect(stdout).toMatch(/Slurm: 60 cells, 1 task, 1 array/);
  expect(stdout).toMatch(/#SBATCH --array=0-0\n#SBATCH --cpus-per-task=3\n[\s\S]*main\.ts worker --chunk .*RUN\/slurm/);
  expect(readdirSync(results)).toEqual([]);
});

test("a run over Redis has the table of a run on this machine, and no password", async (context) => {
  needsRedis(context);
  const redis = await startRedis({ password: "hush-hush-hush" });
  const [here, there] = [scratchFolder(), scratchFolder()];
  const worker = start(["worker", "--redis", redis.url, "--once", "--concurrency", "1"]);
  const words = ["--executor", "bullmq", "--redis", redis.url, "--results", there];
  const ran = await exp(...small, ...words);
  expect(ran.code, ran.stderr).toBe(0);
  const served = await worker.ended;
  expect(served.code, served.stderr).toBe(0);
  expect((await exp(...small, "--results", here)).code).toBe(0);
  const { folder, table } = runIn(there);
  expect(table).toBe(runIn(here).table);
  const written = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
  expect([...written, ran.stdout, ran.stderr, served.stderr].join("\n")).not.toContain("hush-hush");
}, 120_000);

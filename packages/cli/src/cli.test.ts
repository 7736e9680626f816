import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exp, root, scratchFolder, start } from "../test/exp.ts";

const small = ["n=16,32", "m=16", "d=8", "variant=standard,linear"];

test("help has examples and exit codes, for exp and for every command", async () => {
  const { stdout, code } = await exp("--help");
  expect(code).toBe(0);
  expect(stdout).toMatch(/Examples:[\s\S]*exp run sweep-complexity[\s\S]*Exit codes:/);
  const commands = [...stdout.matchAll(/^ {2}([a-z]+) \[?/gm)]
    .map((match) => match[1]!)
    .filter((name) => name !== "help");
  expect(commands).toEqual(
    expect.arrayContaining(
      "run plan list show new validate reproduce compare history status export report doctor completion".split(" "),
    ),
  );
  for (const command of new Set(commands.filter((name) => name !== "exp"))) {
    const help = await exp(command, "--help");
    expect(help.stdout, command).toMatch(/Examples?:/);
    expect(help.code).toBe(0);
  }
});

test("list names every experiment with its question", async () => {
  const { stdout } = await exp("list", "--json", "--results", scratchFolder());
  const entries = JSON.parse(stdout) as { name: string; question: string; runs: number }[];
  const files = readdirSync(join(root, "experiments")).filter((file) => file.endsWith(".ts"));
  expect(entries.map(({ name }) => name)).toEqual(files.map((file) => file.replace(/\.ts$/, "")).sort());
  for (const entry of entries) expect(entry).toMatchObject({ question: expect.stringMatching(/\?$/), runs: 0 });
});

test("plan shows the cells and writes nothing; run --dry-run too", async () => {
  const { stdout } = await exp("plan", "sweep-complexity", ...small, "--json");
  const points = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  expect(points).toHaveLength(4);
  expect(points[0]).toEqual({ n: 16, m: 16, d: 8, variant: "standard", backend: "plain" });
  const results = join(scratchFolder(), "results");
  const dry = await exp("run", "sweep-complexity", ...small, "--dry-run", "--results", results);
  expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining("4 points × 5 measures = 20 cells") });
  expect(existsSync(results)).toBe(false);
});

test("a run leaves a whole folder, is shown, reported and reproduced", async () => {
  const results = scratchFolder();
  const ran = await exp("run", "normalization", "n=9", "scale=1", "--results", results);
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stdout).toMatch(/holds +In float32/);
  expect(ran.stdout).toMatch(/report: .*report\.html/);
  const [name] = readdirSync(join(results, "normalization"));
  const folder = join(results, "normalization", name!);
  expect(readdirSync(folder).sort()).toEqual(
    ["charts", "claims.json", "ledger.jsonl", "manifest.json", "report.html", "report.md", "table.csv"].sort(),
  );
  const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as Record<string, unknown>;
  expect(manifest).toMatchObject({ state: "complete", points: 60, cells: 60, overrides: { n: [9], scale: [1] } });

  const shown = await exp("show", folder);
  expect(shown.stdout).toMatch(/holds +In float32/);
  const reported = await exp("report", "normalization", "--results", results);
  expect(reported.stdout).toContain("report.html");
  const again = await exp("reproduce", folder, "--results", results);
  expect(again.stdout).toMatch(/column +rowSumError +exact/);
  expect(again.stdout).toMatch(/reproduction: exact/);
  expect(again.code).toBe(0);
}, 60_000);

test("Ctrl-C leaves a run that the same command goes on with", async () => {
  const results = scratchFolder();
  const words = ["run", "sweep-complexity", ...small, "--no-report", "--results", results];
  const first = start(words);
  await first.said(/started:/);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  first.kill("SIGINT");
  const stopped = await first.ended;
  expect(stopped.stderr).toMatch(/stopping: finished cells are kept/);
  expect(stopped.code).toBe(130);

  const second = await start(words).ended;
  expect(second.stderr).toMatch(/going on with \d+ of 20 cells done/);
  expect(second.code, second.stderr).toBe(0);
  const runs = readdirSync(join(results, "sweep-complexity"));
  expect(runs).toHaveLength(1);
  const lines = readFileSync(join(results, "sweep-complexity", runs[0]!, "ledger.jsonl"), "utf8")
    .trim()
    .split("\n");
  expect(new Set(lines.map((line) => (JSON.parse(line) as { cell: string }).cell)).size).toBe(20);
  expect(lines).toHaveLength(20);
}, 60_000);

test("new writes a spec that validates and runs, and never overwrites", async () => {
  const folder = scratchFolder();
  const made = await exp("new", "my-sweep", "--folder", folder);
  expect(made.code).toBe(0);
  const file = join(folder, "my-sweep.ts");
  const valid = await exp("validate", file);
  expect(valid, valid.stderr).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/ok .*my-sweep\.ts: quick 24 cells/),
  });
  const ran = await exp("run", file, "n=16,32", "--no-report", "--results", folder);
  expect(ran.code, ran.stderr).toBe(0);
  const again = await exp("new", "my-sweep", "--folder", folder);
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining("is already there") });
  expect(await exp("new", "My Sweep", "--folder", folder)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("lower-case words"),
  });
}, 60_000);

test("doctor says what the machine is like", async () => {
  const { stdout, code } = await exp("doctor", "--json", "--results", scratchFolder());
  expect(code).toBe(0);
  const names = (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["runtime", "processor", "clock", "noise", "results folder"]));
});

test("a reader that has enough is no error, and cuts no run short", async () => {
  const listing = start(["plan", "vla-workloads", "--json"]);
  listing.hangUp();
  expect(await listing.ended).toMatchObject({ code: 0, stderr: "" });

  const results = scratchFolder();
  const run = start(["run", "normalization", "n=9", "scale=1", "--no-report", "--results", results]);
  run.hangUp();
  expect((await run.ended).code).toBe(0);
  const [name] = readdirSync(join(results, "normalization"));
  const folder = join(results, "normalization", name!);
  expect(JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"))).toMatchObject({ state: "complete" });
});

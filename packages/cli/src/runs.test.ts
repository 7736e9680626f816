import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { exp, root, scratchFolder } from "../test/exp.ts";

/** Two runs of a sweep with timed cells, which the commands below look at. */
const results = scratchFolder();
const words = [
  "run",
  "sweep-complexity",
  "n=16,32",
  "m=16",
  "d=8",
  "variant=standard,linear",
  "--fresh",
  "--no-report",
];
let runs: string[] = [];

beforeAll(async () => {
  for (let time = 0; time < 2; time += 1) {
    const { code, stderr } = await exp(...words, "--results", results);
    expect(code, stderr).toBe(0);
  }
  runs = readdirSync(join(results, "sweep-complexity")).sort();
}, 60_000);

describe("compare", () => {
  const codes = { EXACT: 0, SAME: 0, SLOWER: 20, AMBIGUOUS: 21, FASTER: 22 } as const;

  test("two runs of the same code: deterministic columns are exact, the exit code is that of the worst verdict", async () => {
    const { stdout, code } = await exp("compare", runs[0]!, `sweep-complexity/${runs[1]}`, "--results", results);
    expect(stdout).toMatch(/^error +EXACT/m);
    expect(stdout).toMatch(/^time +(SAME|SLOWER|AMBIGUOUS|FASTER) +\d\.\d{3} \[\d\.\d{3}, \d\.\d{3}\]/m);
    expect(stdout).not.toMatch(/timeRatio/);
    const verdict = /compare: (\w+)/.exec(stdout)![1] as keyof typeof codes;
    expect(code).toBe(codes[verdict]);
  });

  test("a run with itself is exact: exit code 0", async () => {
    const folder = join(results, "sweep-complexity", runs[0]!);
    const { stdout, code } = await exp("compare", folder, folder);
    expect(stdout).toMatch(/compare: EXACT/);
    expect(code).toBe(0);
  });

  test("as Markdown and as JSON", async () => {
    const pair = [runs[0]!, runs[1]!, "--results", results];
    const { stdout } = await exp("compare", ...pair, "--markdown", "--threshold", "50");
    expect(stdout).toMatch(/^### Measured change: /);
    expect(stdout).toMatch(/^\| `time` \| \*\*[A-Z]+\*\* \| \d/m);
    expect(stdout).toMatch(/beyond 50 %/);
    const json = JSON.parse((await exp("compare", ...pair, "--json")).stdout) as Record<string, unknown>;
    expect(json).toMatchObject({ threshold: 0.02, environment: [], claims: expect.any(Array) });
    expect(json.columns).toEqual(
      expect.arrayContaining([expect.objectContaining({ column: "time", ratio: expect.anything() })]),
    );
  });

  test("runs that share no point are not compared", async () => {
    const { stderr, code } = await exp("compare", "sweep-complexity/reference", runs[0]!, "--results", results);
    expect(stderr).toMatch(/no point in common/);
    expect(code).toBe(2);
  });

  test.each([
    [["nothing-here", "nothing-there"], /is not a run folder/],
    [["normalization/reference", "heads/reference"], /two experiments, normalization and heads/],
    [["heads/reference", "heads/reference", "--threshold", "much"], /--threshold: "much" is not a number of percent/],
  ])("%j is refused", async (given, message) => {
    const { stderr, code } = await exp("compare", ...given);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});

describe("history", () => {
  test("shows the runs as a line of bars and a table, and the committed reference where it has the same cells", async () => {
    const { stdout, code } = await exp("history", "sweep-complexity", "--results", results);
    expect(code).toBe(0);
    expect(stdout).toMatch(/time on .*: 2 runs, 4 cells; the machine's speed is taken out\n[▁-█]{2}\n/);
    for (const run of runs) expect(stdout).toContain(run);
    const json = JSON.parse((await exp("history", "sweep-complexity", "--results", results, "--json")).stdout);
    expect(json.series[0].points.map(({ run }: { run: string }) => run)).toEqual(runs);
  });

  test("an experiment without runs is told", async () => {
    const { stderr, code } = await exp("history", "no-such-sweep", "--results", results);
    expect(stderr).toMatch(/no run of it is complete yet/);
    expect(code).toBe(2);
  });
});

test("status tells when nothing is under way", async () => {
  const { stdout, code } = await exp("status", "--results", results);
  expect(stdout).toMatch(/Nothing is running or cut off/);
  expect(code).toBe(0);
  expect(JSON.parse((await exp("status", "--results", results, "--json")).stdout)).toEqual([]);
});

describe("export", () => {
  const to = (format: string, out: string) =>
    exp("export", runs[0]!, "--results", results, "--format", format, "--out", out);

  test("csv is the table; what is there is not overwritten", async () => {
    const out = join(results, "table.csv");
    expect(await to("csv", out)).toMatchObject({ code: 0 });
    expect(readFileSync(out, "utf8")).toBe(
      readFileSync(join(results, "sweep-complexity", runs[0]!, "table.csv"), "utf8"),
    );
    expect(await to("csv", out)).toMatchObject({ code: 2, stderr: expect.stringMatching(/is already there/) });
  });

  test("parquet is one file that starts as such", async () => {
    const out = join(results, "table.parquet");
    expect(await to("parquet", out)).toMatchObject({ code: 0 });
    expect(readFileSync(out).subarray(0, 4).toString()).toBe("PAR1");
  });

  test("mlflow: a store with a run for the whole and one for each row", async () => {
    const out = join(results, "mlruns");
    expect((await to("mlflow", out)).stdout).toMatch(/mlflow ui --backend-store-uri/);
    const [experiment] = readdirSync(out);
    expect(experiment).toMatch(/^\d{18}$/);
    const folders = readdirSync(join(out, experiment!)).filter((name) => /^[0-9a-f]{32}$/.test(name));
    expect(folders).toHaveLength(1 + 4);
    const read = (run: string, path: string) => readFileSync(join(out, experiment!, run, path), "utf8");
    const rows = folders.filter((run) => existsSync(join(out, experiment!, run, "tags", "mlflow.parentRunId")));
    expect(rows).toHaveLength(4);
    const [parent] = folders.filter((run) => !rows.includes(run));
    for (const run of rows) {
      expect(read(run, "tags/mlflow.parentRunId")).toBe(parent);
      expect(read(run, "metrics/time")).toMatch(/^\d{13} [\d.e-]+ 0\n$/);
      expect(read(run, "params/variant")).toMatch(/^(standard|linear)$/);
      expect(read(run, "meta.yaml")).toContain(`run_id: "${run}"\n`);
    }
    expect(read(parent!, "meta.yaml")).toMatch(/^status: 3$/m);
    expect(read(parent!, "artifacts/ledger.jsonl")).not.toBe("");
  });

  test("a bundle has all it takes, with checksums that hold", async () => {
    const out = join(results, "bundle.tar.gz");
    const { stdout } = await to("bundle", out);
    expect(stdout).toMatch(/and run it again there: npx -y pnpm@10\.34\.8 exp reproduce run\n/);
    const folder = join(results, "unpacked");
    mkdirSync(folder);
    execFileSync("tar", ["xzf", out, "-C", folder]);
    const sums = readFileSync(join(folder, "SHA256SUMS"), "utf8").trim().split("\n");
    for (const line of sums) {
      const [sum, path] = line.split("  ") as [string, string];
      const content = readFileSync(join(folder, path));
      expect(createHash("sha256").update(content).digest("hex"), path).toBe(sum);
    }
    expect(sums.length).toBeGreaterThan(6);
    const names = sums.map((line) => line.split("  ")[1]!);
    expect(names).toEqual(
      expect.arrayContaining(["CHECKLIST.md", "README.md", "pnpm-lock.yaml", "experiments/sweep-complexity.ts"]),
    );
    expect(names.filter((name) => /node_modules|\.test\.ts$|(^|\/)\./.test(name))).toEqual([]);
    expect(readFileSync(join(folder, "CHECKLIST.md"), "utf8")).toMatch(
      /\[x\] The experiment's file plans the same cells/,
    );
  });

  test("a bundle in an empty folder runs again by its own code, and comes to the same", async () => {
    const out = join(results, "rerun.tar.gz");
    const words = ["run", "normalization", "n=9", "scale=1", "--fresh", "--no-report", "--results", results];
    expect((await exp(...words)).code).toBe(0);
    expect(
      await exp("export", "normalization", "--results", results, "--format", "bundle", "--out", out),
    ).toMatchObject({ code: 0 });
    const folder = mkdtempSync(join(tmpdir(), "xattn-bundle-"));
    try {
      execFileSync("tar", ["xzf", out, "-C", folder]);
      linkLibraries(folder);
      const main = [`--import=${join(folder, "register.mjs")}`, join(folder, "packages/cli/src/main.ts")];
      const said = execFileSync(process.execPath, ["--disable-warning=DEP0180", ...main, "reproduce", "run"], {
        cwd: folder,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
      expect(said).toMatch(/\nreproduction: exact\n$/);
      expect(readdirSync(join(folder, "results/normalization"))).toHaveLength(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 120_000);
});

/** In place of an install: the libraries of this workspace, with its packages found in the folder. */
function linkLibraries(folder: string): void {
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const homes = readdirSync(join(folder, "packages")).map((name) => `packages/${name}`);
  for (const home of [...homes, "experiments"]) {
    const libraries = join(root, home, "node_modules");
    if (existsSync(libraries)) {
      cpSync(libraries, join(folder, home, "node_modules"), { recursive: true, verbatimSymlinks: true });
    }
  }
}

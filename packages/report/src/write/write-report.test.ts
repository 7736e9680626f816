import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { exampleRun } from "../../test/example-run.ts";
import { type ReportProgress, writeReport } from "./write-report.ts";

const base = await mkdtemp(join(tmpdir(), "report-"));
afterAll(() => rm(base, { recursive: true }));

const whole = exampleRun();
const run = exampleRun(whole.rows, { charts: [whole.charts[1]!, whole.charts[3]!] });

describe("writeReport", () => {
  it("writes every file it names and nothing else, twice the same bytes, and tells how far it is", async () => {
    const steps: ReportProgress[] = [];
    const first = join(base, "new", "first");
    const written = await writeReport(run, first, { onProgress: (step) => steps.push(step) });
    expect(written.charts.map(({ png }) => png)).toEqual(["charts/time-at-64.png", "charts/time-heat.png"]);
    expect((await readdir(first)).sort()).toEqual(["charts", "report.html", "report.md"]);
    const files = (await readdir(join(first, "charts"))).sort();
    expect(files).toEqual(
      written.charts.flatMap(({ spec, svg, png }) => [png, svg, spec].map((path) => path.slice(7))).sort(),
    );
    expect(steps.map(({ done }) => done)).toEqual([1, 2, 3, 4]);
    expect(steps.at(-1)).toEqual({ done: 4, total: 4, step: "report.html" });
    const second = join(base, "second");
    await writeReport(run, second);
    for (const file of [...files.map((name) => `charts/${name}`), "report.html", "report.md"]) {
      expect((await readFile(join(second, file))).equals(await readFile(join(first, file))), file).toBe(true);
    }
    const spec = JSON.parse(await readFile(join(first, written.charts[0]!.spec), "utf8"));
    expect(spec.data.values.length).toBeGreaterThan(30);
  });

  it("replaces a report that is there", async () => {
    const folder = join(base, "again");
    await writeReport(run, folder);
    await writeReport({ ...run, title: "A newer title" }, folder);
    expect(await readFile(join(folder, "report.md"), "utf8")).toContain("# A newer title");
  });

  it("says which file the disk refused, and leaves no part of it", async () => {
    const file = join(base, "file");
    await writeFile(file, "");
    await expect(writeReport(run, file)).rejects.toThrowError(`${join(file, "charts")}: cannot be made: ENOTDIR`);
    const folder = join(base, "blocked");
    await writeReport(exampleRun(run.rows, { charts: [] }), folder);
    await rm(join(folder, "report.md"));
    const { mkdir } = await import("node:fs/promises");
    await mkdir(join(folder, "report.md", "in-the-way"), { recursive: true });
    await expect(writeReport(exampleRun(run.rows, { charts: [] }), folder)).rejects.toThrowError(
      /report\.md: cannot be written: /,
    );
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("refuses names that would leave the folder, or meet", async () => {
    const chart = run.charts[0]!;
    const named = (name: string) => writeReport({ ...run, charts: [{ ...chart, name }] }, join(base, "names"));
    for (const name of ["../up", "A", "a b", ""])
      await expect(named(name)).rejects.toMatchObject({ name: "ChartError" });
    await expect(writeReport({ ...run, charts: [chart, chart] }, join(base, "names"))).rejects.toThrowError(
      /two charts/,
    );
  });
});

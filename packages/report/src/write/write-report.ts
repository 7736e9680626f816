import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type ChartSpec, messageOf, type RunData, StoreError, writeAtomic } from "@xattn/runner";
import { compileThemes } from "../chart/compile.ts";
import { checkNames } from "../chart/names.ts";
import type { VegaLiteSpec } from "../chart/point.ts";
import { type PageChart, pageChart } from "../html/chart.ts";
import { renderPage } from "../html/html.ts";
import { renderMarkdown } from "../markdown/markdown.ts";
import { renderPng } from "../render/png.ts";
import { renderSvg } from "../render/svg.ts";

/** The files of a report, relative to its folder. */
export interface WrittenReport {
  readonly html: string;
  readonly markdown: string;
  readonly charts: readonly {
    readonly name: string;
    readonly spec: string;
    readonly svg: string;
    readonly png: string;
  }[];
}

/** How far the report is: `done` of `total` steps, of which `step` was the last. */
export interface ReportProgress {
  readonly done: number;
  readonly total: number;
  readonly step: string;
}

export interface WriteReportOptions {
  readonly onProgress?: (progress: ReportProgress) => void;
}

/**
 * Writes `charts/<name>.vl.json`, `.svg` and `.png`, `report.html` and `report.md` into `folder`, which is made if
 * missing. Each file appears whole, by a rename, and the page last.
 *
 * @throws {ChartError} when a chart does not fit the run's table or has an unusable name.
 * @throws {StoreError} when the disk refuses.
 */
export async function writeReport(
  data: RunData,
  folder: string,
  { onProgress = () => {} }: WriteReportOptions = {},
): Promise<WrittenReport> {
  checkNames(data.charts);
  const total = data.charts.length + 2;
  let done = 0;
  const finished = (step: string) => onProgress({ done: ++done, total, step });
  const pictures = join(folder, "charts");
  await mkdir(pictures, { recursive: true }).catch((error: unknown) => {
    throw new StoreError(`${pictures}: cannot be made: ${messageOf(error)}.`);
  });
  const charts: WrittenReport["charts"][number][] = [];
  const figures: PageChart[] = [];
  for (const chart of data.charts) {
    const [light, dark] = await compileThemes(chart, data, ["light", "dark"]);
    charts.push(await writeChart(chart, light!, folder));
    figures.push(await pageChart(chart, { light: light!, dark: dark! }));
    finished(`charts/${chart.name}.png`);
  }
  writeAtomic(join(folder, "report.md"), renderMarkdown(data));
  finished("report.md");
  writeAtomic(join(folder, "report.html"), await renderPage(data, figures));
  finished("report.html");
  return { html: "report.html", markdown: "report.md", charts };
}

async function writeChart(
  { name }: ChartSpec,
  compiled: VegaLiteSpec,
  folder: string,
): Promise<WrittenReport["charts"][number]> {
  const drawn = await renderSvg(compiled);
  const base = `charts/${name}`;
  const files = { name, spec: `${base}.vl.json`, svg: `${base}.svg`, png: `${base}.png` };
  writeAtomic(join(folder, files.spec), `${JSON.stringify(compiled, null, 2)}\n`);
  writeAtomic(join(folder, files.svg), `${drawn}\n`);
  writeAtomic(join(folder, files.png), await renderPng(drawn));
  return files;
}

import type { ClaimResult, RunData } from "@xattn/runner";
import { compileThemes } from "../chart/compile.ts";
import { checkNames } from "../chart/names.ts";
import { labelRun } from "../label/label.ts";
import { costTables } from "../section/costs.ts";
import { fitTables } from "../section/fits.ts";
import { environmentTable, rerunCommands, runSummary, SIGNS, troublesTable } from "../section/run.ts";
import { samplesTable } from "../section/samples.ts";
import { type PageChart, pageChart } from "./chart.ts";
import { escapeHtml, scriptJson } from "./escape.ts";
import { chartLibraries } from "./libraries.ts";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";
import { htmlTable, scrollable } from "./table.ts";

/** The page may run what it carries and show its own pictures; it may load nothing. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/**
 * The report as one HTML file that needs no network: the question, the verdicts, charts that answer to the pointer
 * (and are pictures where scripts do not run), fits, costs beside times, and all it takes to run it again. Charts and
 * tables hold a bounded number of rows, whatever the size of the run.
 *
 * @throws {ChartError} when a chart does not fit the run's table, or two charts share a name.
 */
export async function renderHtml(data: RunData): Promise<string> {
  checkNames(data.charts);
  const charts: PageChart[] = [];
  for (const chart of data.charts) {
    const [light, dark] = await compileThemes(chart, data, ["light", "dark"]);
    charts.push(await pageChart(chart, { light: light!, dark: dark! }));
  }
  return await renderPage(data, charts);
}

/** The page around charts that have been compiled. */
export async function renderPage(run: RunData, charts: readonly PageChart[]): Promise<string> {
  const data = labelRun(run);
  const costs = await costTables(data);
  const samples = samplesTable(data);
  const troubles = troublesTable(data);
  const body = [
    section("verdicts", "Verdicts", [verdictTable(data.claims)]),
    section(
      "charts",
      "Charts",
      charts.map(({ figure }) => figure),
    ),
    section("fits", "Fits", fitTables(data).map(htmlTable)),
    section("costs", "Cost beside time", costs.map(htmlTable)),
    section("samples", "Samples", samples === undefined ? [] : [htmlTable(samples)]),
    section("troubles", "Cells that did not end ok", troubles === undefined ? [] : [htmlTable(troubles)]),
    section("environment", "Environment", [htmlTable(environmentTable(data))]),
    section("rerun", "Run it again", rerun(data)),
  ];
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(data.title)}</title>`,
    '<link rel="icon" href="data:,">',
    `<style>${STYLE}</style>`,
    "</head>",
    "<body>",
    pageHeader(data),
    `<main>${body.join("\n")}</main>`,
    ...(charts.length === 0 ? [] : await scripts(charts)),
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function pageHeader(data: RunData): string {
  const button = data.charts.length === 0 ? "" : '<button type="button" id="theme" hidden>Dark theme</button>';
  const { experiment, run } = data.manifest;
  return [
    `<header><div class="bar"><h1>${escapeHtml(data.title)}</h1>${button}</div>`,
    `<p class="question">${escapeHtml(data.question)}</p>`,
    `<p class="muted">${escapeHtml(runSummary(data))} Run ${escapeHtml(`${experiment}/${run}`)}.</p></header>`,
  ].join("");
}

function section(id: string, title: string, content: readonly string[]): string {
  if (content.length === 0) return "";
  return `<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${content.join("")}</section>`;
}

function verdictTable(claims: readonly ClaimResult[]): string {
  if (claims.length === 0) return "<p>The experiment makes no claims.</p>";
  const rows = claims.map(({ statement, verdict, evidence, source }) => {
    const sign = `<span aria-hidden="true">${SIGNS[verdict]}</span> ${verdict}`;
    const from = source === undefined ? "" : ` <span class="muted">(${sourceLink(source)})</span>`;
    return [
      `<tr><th scope="row" class="text">${escapeHtml(statement)}${from}</th>`,
      `<td class="verdict ${verdict}">${sign}</td><td class="text">${escapeHtml(evidence)}</td></tr>`,
    ].join("");
  });
  const head = ["claim", "verdict", "evidence"].map((name) => `<th scope="col">${name}</th>`).join("");
  const caption = "Each claim of the experiment, what the run says of it, and the figures that decided";
  const table = `<table class="wide"><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
  return scrollable("Verdicts", table);
}

/** Addresses of the web become links; all else stays text. */
function sourceLink(source: string): string {
  const text = escapeHtml(source);
  return /^https?:\/\/[^\s]+$/.test(source) ? `<a href="${text}" rel="noreferrer">${text}</a>` : text;
}

function rerun(data: RunData): readonly string[] {
  const { again, reproduce } = rerunCommands(data);
  const block = (command: string) => `<pre tabindex="0"><code>${escapeHtml(command)}</code></pre>`;
  return [
    "<p>From a checkout of the repository:</p>",
    block(again),
    "<p>Run it and compare with this run:</p>",
    block(reproduce),
  ];
}

async function scripts(charts: readonly PageChart[]): Promise<readonly string[]> {
  const libraries = await chartLibraries();
  return [
    `<script type="application/json" id="charts-data">${scriptJson(charts.map(({ script }) => script))}</script>`,
    ...[...libraries, SCRIPT].map((source) => `<script>${source}</script>`),
  ];
}

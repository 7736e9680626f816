import type { ChartSpec, RunData } from "@xattn/runner";
import { expect, test } from "vitest";
import { exampleRun } from "../../test/example-run.ts";
import { compileChart } from "../chart/compile.ts";
import { renderHtml } from "../html/html.ts";
import { renderMarkdown } from "../markdown/markdown.ts";
import { labelRun } from "./label.ts";

const adapter = {
  source: "software",
  vendor: "google",
  architecture: "swiftshader",
  device: "swiftshader-device",
  description: "SwiftShader driver 5.0.0",
  software: true,
};

/** The example, half of its rows computed by webgpu on a software adapter. */
function onSoftware(chart: Partial<ChartSpec> = {}): RunData {
  const run = exampleRun();
  const rows = run.rows.filter(({ m, d }) => m === 64 && d === 32);
  return {
    ...run,
    manifest: {
      ...run.manifest,
      environment: { ...run.manifest.environment, adapter, labels: { backend: { webgpu: "webgpu (software)" } } },
    },
    rows: [...rows, ...rows.map((row) => ({ ...row, backend: "webgpu" }))],
    fits: run.fits.map((fit) => ({ ...fit, group: { ...fit.group, backend: "webgpu" } })),
    troubles: [{ measure: "time", status: "unsupported", parameters: { backend: "webgpu" }, message: "no" }],
    charts: [{ ...byBackend, ...chart }],
  };
}

const byBackend: ChartSpec = {
  name: "time",
  title: "Time of one attention",
  description: "By backend.",
  mark: "point",
  filter: "datum.variant == 'standard'",
  encoding: {
    x: { field: "n" },
    y: { field: "time" },
    color: { field: "backend", sort: ["webgpu", "cpu"], scale: { domain: ["webgpu", "cpu"] } },
  },
};
const inVariants = { x: byBackend.encoding.x!, y: byBackend.encoding.y!, color: { field: "variant" } };

async function compiled(chart: Partial<ChartSpec>) {
  const data = onSoftware(chart);
  return JSON.stringify(await compileChart(data.charts[0]!, data, "light"));
}

test("a chart that tells backends apart has the label in its legend and in its rows, in the order asked for", async () => {
  const spec = await compiled({});
  expect(spec).toContain('"domain":["webgpu (software)","cpu"]');
  expect(spec).toContain('"backend":"webgpu (software)"');
  expect(spec).not.toContain('"webgpu"');
  expect(spec).toContain('"text":"Time of one attention"');
});

test("where all rows are of the software adapter the title says so; filters still speak of the value", async () => {
  const spec = await compiled({ filter: "datum.backend == 'webgpu'", encoding: inVariants });
  expect(spec).toContain('"text":"Time of one attention, webgpu (software)"');
});

test("where some rows are, a note says so", async () => {
  const spec = await compiled({ encoding: inVariants });
  expect(spec).toContain("backend is webgpu (software) in some of the rows.");
  expect(await compiled({ filter: "datum.backend == 'cpu'", encoding: inVariants })).not.toContain("software");
});

test("every table of the page and of the Markdown has the label, and the adapter is named", async () => {
  const data = onSoftware({ filter: "datum.backend == 'webgpu'", encoding: inVariants });
  const page = await renderHtml(data);
  expect(page).toContain('<h3 id="time">Time of one attention, webgpu (software)</h3>');
  for (const text of [page, renderMarkdown(data)]) {
    expect(text).toContain("SwiftShader driver 5.0.0 (software on the processor");
    expect(text).toContain("backend = webgpu (software)");
    expect(text).not.toMatch(/webgpu(?! \(software\))/);
  }
});

test("a run without labels is left as it is", () => {
  const run = exampleRun();
  expect(labelRun(run)).toBe(run);
});

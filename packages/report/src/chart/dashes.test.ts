import { expect, it } from "vitest";
import { exampleRows, exampleRun } from "../../test/example-run.ts";
import { renderSvg } from "../render/svg.ts";
import { compileChart } from "./compile.ts";

it.each(["light", "dark"] as const)("shows dashes as dashes in the legend, %s", async (theme) => {
  const run = exampleRun(exampleRows());
  const chart = run.charts.find(({ name }) => name === "time-at-64")!;
  const dashed = {
    ...chart,
    encoding: { ...chart.encoding, color: { field: "m", type: "ordinal" as const }, strokeDash: { field: "variant" } },
  };
  const svg = await renderSvg(await compileChart(dashed, run, theme));
  const symbols = [...svg.matchAll(/role-legend-symbol"[^>]*>(<path[^>]*>)/g)].map(([, path]) => path!);
  const pieces = symbols.filter((path) => path.includes("stroke-dasharray"));
  expect(pieces.length).toBeGreaterThan(1);
  const ink = theme === "light" ? "#1c2024" : "#e8eaed";
  for (const piece of pieces) {
    expect(piece).toContain(`stroke="${ink}"`);
    expect(piece).toMatch(/d="M-[\d.]+,0L[\d.]+,0"/);
  }
  expect(new Set(pieces.map((piece) => /stroke-dasharray="([^"]*)"/.exec(piece)![1])).size).toBe(pieces.length);
});

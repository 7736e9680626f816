import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { exampleRun } from "../../test/example-run.ts";
import { compileChart } from "../chart/compile.ts";
import { readFontMetrics } from "./font-metrics.ts";
import { fontFiles } from "./fonts.ts";
import { renderPng } from "./png.ts";
import { renderSvg } from "./svg.ts";

const run = exampleRun();
const specs = await Promise.all(run.charts.slice(0, 4).map((chart) => compileChart(chart, run, "light")));

async function pixelsOf(svg: string, family: string): Promise<{ readonly colors: number; readonly width: number }> {
  const { Resvg } = await import("@resvg/resvg-js");
  const font = { fontFiles: [...fontFiles()], loadSystemFonts: false, defaultFontFamily: family };
  const picture = new Resvg(svg, { font }).render();
  const colors = new Set<number>();
  const { pixels } = picture;
  for (let at = 0; at < pixels.length; at += 4)
    colors.add((pixels[at]! << 16) | (pixels[at + 1]! << 8) | pixels[at + 2]!);
  return { colors: colors.size, width: picture.width };
}

describe("renderSvg", () => {
  it("gives the same bytes whatever was drawn before or beside it", async () => {
    const alone = await renderSvg(specs[3]!);
    const together = await Promise.all(specs.map((spec) => renderSvg(spec)));
    expect(together[3]).toBe(alone);
    expect(await renderSvg(specs[0]!)).toBe(together[0]);
  });

  it("refuses what vega-lite refuses, and goes on", async () => {
    const broken = { ...specs[0]!, data: undefined, layer: undefined, spec: { mark: "no-such-mark" } };
    await expect(renderSvg(broken)).rejects.toMatchObject({ name: "RenderError" });
    expect(await renderSvg(specs[1]!)).toContain("<svg");
  });
});

describe("renderPng", () => {
  it("draws at twice the size, with text, the same bytes each time", async () => {
    const svg = await renderSvg(specs[1]!);
    const png = Buffer.from(await renderPng(svg));
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    const { width, colors } = await pixelsOf(svg, "DejaVu Sans");
    expect(colors).toBeGreaterThan(50);
    expect(png.readUInt32BE(16)).toBe(2 * width);
    expect(Buffer.from(await renderPng(svg)).equals(png)).toBe(true);
  });

  it("has ink where the title is", async () => {
    const text = `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><text y="20" font-family="DejaVu Sans">words µs 10⁻⁷</text></svg>`;
    const blank = `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"></svg>`;
    expect((await renderPng(text)).length).toBeGreaterThan(2 * (await renderPng(blank)).length);
  });

  it("fills the background that is asked for and refuses what is no SVG", async () => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>`;
    expect(await renderPng(svg, { background: "#123456" })).not.toEqual(await renderPng(svg));
    await expect(renderPng("no picture")).rejects.toMatchObject({ name: "RenderError" });
  });
});

describe("readFontMetrics", () => {
  it("reads the advance widths of the font", async () => {
    const { width } = readFontMetrics(await readFile(fontFiles()[0]));
    // Of the font's own tables: 1255 units of 2048 for "a", 569 for "i", 651 for a space.
    expect(width("a")).toBeCloseTo(1255 / 2048, 6);
    expect(width("i")).toBeCloseTo(569 / 2048, 6);
    expect(width("ai a")).toBeCloseTo((2 * 1255 + 569 + 651) / 2048, 6);
    expect(width("µ⁻")).toBeGreaterThan(0.5);
  });
});

import type { ChartSpec } from "@xattn/runner";
import type { VegaLiteSpec } from "../chart/point.ts";
import { renderPng } from "../render/png.ts";
import { renderSvg } from "../render/svg.ts";
import type { Theme } from "../theme/palette.ts";
import { escapeHtml } from "./escape.ts";

/** A chart of the page: its figure, and what the script draws it from, with the data once for both themes. */
export interface PageChart {
  readonly figure: string;
  readonly script: {
    readonly name: string;
    readonly light: VegaLiteSpec;
    readonly dark: VegaLiteSpec;
    readonly values: unknown;
  };
}

interface Meta {
  /** The chart's title, with what it says of the machine. */
  readonly title: string;
  readonly notes: readonly string[];
}

export async function pageChart(chart: ChartSpec, specs: Readonly<Record<Theme, VegaLiteSpec>>): Promise<PageChart> {
  const [light, dark] = [bare(specs.light), bare(specs.dark)];
  const picture = await pictureUrl(await renderSvg(light));
  const { data: source, ...lightSpec } = light;
  const { data: _, ...darkSpec } = dark;
  return {
    figure: figure(chart, light.usermeta as Meta, picture),
    script: {
      name: chart.name,
      light: lightSpec,
      dark: darkSpec,
      values: (source as { readonly values: unknown }).values,
    },
  };
}

/** Without the title, which the page has as a heading. */
function bare({ title: _, ...spec }: VegaLiteSpec): VegaLiteSpec {
  return spec;
}

/** Past this size the pixels of a picture are smaller than its shapes. */
const LARGE = 400_000;

/** The picture as an address that holds it: an image of its own, so that its ids cannot meet those of others. */
async function pictureUrl(svg: string): Promise<string> {
  if (svg.length < LARGE) return `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
  return `data:image/png;base64,${Buffer.from(await renderPng(svg)).toString("base64")}`;
}
function figure({ name, description }: ChartSpec, { title, notes }: Meta, picture: string): string {
  const alt = [title, description, ...notes].filter(Boolean).join(" — ");
  return [
    `<h3 id="${escapeHtml(name)}">${escapeHtml(title)}</h3>`,
    "<figure>",
    `<figcaption><p>${escapeHtml(description)}</p>`,
    notes.length === 0 ? "" : `<p class="note">${escapeHtml(notes.join(" "))}</p>`,
    "</figcaption>",
    `<div class="chart" id="chart-${escapeHtml(name)}"><img alt="${escapeHtml(alt)}" src="${picture}"></div>`,
    "</figure>",
  ].join("");
}

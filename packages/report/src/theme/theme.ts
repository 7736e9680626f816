import type { Theme } from "./palette.ts";

export const FONT = "DejaVu Sans, Verdana, sans-serif";

interface Ink {
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly neutral: string;
}

export const INK: Readonly<Record<Theme, Ink>> = {
  light: { background: "#ffffff", text: "#1c2024", muted: "#5a6169", grid: "#e4e7ea", neutral: "#0072b2" },
  dark: { background: "#15181c", text: "#e8eaed", muted: "#a3abb5", grid: "#2b3037", neutral: "#4ba3e3" },
};

/** The configuration of vega-lite for a theme: one font everywhere, quiet axes, no frame. */
export function vegaConfig(theme: Theme): Readonly<Record<string, unknown>> {
  const ink = INK[theme];
  const text = { labelFont: FONT, titleFont: FONT, labelColor: ink.muted, titleColor: ink.text };
  const guide = { ...text, labelFontSize: 11, titleFontSize: 12, titleFontWeight: "normal" };
  return {
    font: FONT,
    background: ink.background,
    padding: 12,
    view: { stroke: null },
    axis: {
      ...guide,
      gridColor: ink.grid,
      domainColor: ink.muted,
      tickColor: ink.muted,
      titlePadding: 10,
      labelFlush: false,
    },
    legend: { ...guide, symbolLimit: 0, labelLimit: 260, titleLimit: 400, symbolStrokeWidth: 2 },
    header: { ...guide, labelColor: ink.text, labelFontSize: 12, labelPadding: 6 },
    title: {
      font: FONT,
      subtitleFont: FONT,
      color: ink.text,
      subtitleColor: ink.muted,
      fontSize: 15,
      subtitleFontSize: 11,
      subtitleLineHeight: 15,
      subtitlePadding: 6,
      anchor: "start",
      frame: "group",
      offset: 14,
    },
    text: { font: FONT, fontSize: 11, color: ink.text },
    rule: { color: ink.muted },
    mark: { color: ink.neutral },
  };
}

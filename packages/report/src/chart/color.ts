import type { RunData } from "@xattn/runner";
import { assignColors, SHAPES, sequentialColors, type Theme } from "../theme/palette.ts";
import { ordered } from "./facet.ts";
import type { Field } from "./fields.ts";
import { fieldPath, type Point } from "./point.ts";
import { planScale, tickOptions } from "./scale.ts";
import { labelWidth } from "./ticks.ts";

export type Encoding = Readonly<Record<string, unknown>>;

/** The encoding of a colour field; `legend` is null where names stand beside the marks. */
export function colorEncoding(
  field: Field,
  points: readonly Point[],
  data: RunData,
  theme: Theme,
  width: number,
  legend: boolean,
): Encoding {
  const base = { field: fieldPath(field.name), type: field.type, title: field.title };
  const own = field.definition.legend;
  if (field.type === "quantitative") return { ...base, ...quantitative(field, points, own, legend) };
  const domain = ordered(
    field,
    points.map((point) => point[field.name] ?? null),
  );
  const { scheme } = field.definition.scale ?? {};
  const range = scheme === undefined ? { range: colorsOf(field, domain, data, theme) } : { scheme };
  return {
    ...base,
    scale: { domain, ...range },
    legend: own === null || !legend ? null : { ...legendLayout(domain.map(String), width), ...own },
  };
}

function colorsOf(field: Field, domain: readonly unknown[], data: RunData, theme: Theme): readonly string[] {
  if (field.type === "ordinal") return sequentialColors(domain.length, theme);
  const all = data.rows.map((row) => row[field.name] ?? null).filter((value) => value !== null);
  const colors = assignColors(all.map(String), theme);
  return domain.map((value) => colors.get(String(value))!);
}

function quantitative(
  field: Field,
  points: readonly Point[],
  own: Field["definition"]["legend"],
  legend: boolean,
): Encoding {
  const scale = field.definition.scale ?? {};
  if (scale.type === "sqrt" || scale.type === "symlog") return { scale: { scheme: "viridis", ...scale } };
  const plan = planScale(
    field,
    points.map((point) => Number(point[field.name])),
    180,
    "vertical",
    false,
  );
  return {
    scale: { ...plan.scale, scheme: scale.scheme ?? "viridis" },
    title: plan.title,
    legend:
      own === null || !legend ? null : { orient: "right", gradientLength: 180, ...tickOptions(plan.ticks), ...own },
  };
}

/** A legend below the chart, with as many columns as fit beside each other. */
export function legendLayout(labels: readonly string[], width: number): Encoding {
  const widest = Math.max(...labels.map((label) => Math.min(260, labelWidth(label)))) + 34;
  const columns = Math.max(1, Math.min(labels.length, Math.floor(width / widest)));
  return { orient: "bottom", direction: "horizontal", columns, titleOrient: "top", symbolOpacity: 1 };
}

/** Shapes that repeat a colour field, so that colour is never the only difference; nothing when there are too many. */
export function shapeEncoding(color: Encoding): Encoding | undefined {
  const domain = (color.scale as { readonly domain?: readonly unknown[] }).domain ?? [];
  if (color.type !== "nominal" || domain.length > SHAPES.length) return undefined;
  return { ...color, scale: { domain, range: SHAPES.slice(0, domain.length) } };
}

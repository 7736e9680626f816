import type { ChartSpec, RunData } from "@xattn/runner";
import { formatNumber } from "../format/number.ts";
import { formatWithUnit, hasOwnSteps } from "../format/unit.ts";
import { formatValue } from "../format/value.ts";
import { labelChart, labelRun } from "../label/label.ts";
import type { Theme } from "../theme/palette.ts";
import { INK, vegaConfig } from "../theme/theme.ts";
import { emptyChart } from "./empty.ts";
import { type FacetPlan, planFacets } from "./facet.ts";
import { type Fields, resolveFields } from "./fields.ts";
import { type LineEnd, placeLabels } from "./labels.ts";
import { type Layer, markLayers } from "./layers.ts";
import { fieldPath, PART, type Point, partition, type Value, type VegaLiteSpec } from "./point.ts";
import { type Position, placesOf, planPosition } from "./position.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { type Locate, referenceLayers, referencePoints } from "./reference.ts";
import { selectRows } from "./select.ts";
import { wrap } from "./text.ts";

const SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json";
const TOTAL_WIDTH = 680;

/**
 * The vega-lite specification of a chart over the rows of a run, data included: layered with intervals, fitted curves
 * and references, and faceted when asked. It needs nothing else to be drawn. A chart without rows becomes a picture
 * that says so. `usermeta` holds the chart's name, its description, and notes on what is not drawn.
 *
 * @throws {ChartError} when the chart names a column that the table does not have, or its filter is malformed.
 */
export async function compileChart(chart: ChartSpec, data: RunData, theme: Theme): Promise<VegaLiteSpec> {
  return (await compileThemes(chart, data, [theme]))[0]!;
}

/** The same chart in several themes, with the work on its rows done once. */
export async function compileThemes(
  given: ChartSpec,
  run: RunData,
  themes: readonly Theme[],
): Promise<readonly VegaLiteSpec[]> {
  const labelled = labelChart(given, await selectRows(given, run), run.manifest.environment.labels);
  const { chart, rows } = labelled;
  const data = labelRun(run);
  const fields = resolveFields(chart, data, rows);
  const prepared = prepare(chart, fields, data, rows);
  const facets = planFacets(fields, prepared.points);
  const notes = [...labelled.notes, ...facets.notes, ...prepared.notes];
  return themes.map((theme) => ({
    $schema: SCHEMA,
    description: [chart.title, chart.description, ...notes].filter(Boolean).join(" — "),
    title: { text: chart.title, subtitle: [chart.description, notes.join(" ")].flatMap((text) => wrap(text, 100)) },
    ...(prepared.points.length === 0
      ? emptyChart(chart, data, rows.length, theme)
      : drawChart({ chart, data, theme, fields, prepared, facets })),
    usermeta: { name: chart.name, title: chart.title, description: chart.description, notes },
    config: vegaConfig(theme),
  }));
}

interface Parts {
  readonly chart: ChartSpec;
  readonly data: RunData;
  readonly theme: Theme;
  readonly fields: Fields;
  readonly prepared: Prepared;
  readonly facets: FacetPlan;
}

function drawChart(parts: Parts): VegaLiteSpec {
  const { chart, theme, fields, prepared, facets } = parts;
  const { width, height } = sizeOf(chart, fields, prepared.points, facets);
  const x = planPosition("x", chart, fields, prepared, width);
  const y = planPosition("y", chart, fields, prepared, height);
  const places = facets.facet === undefined ? lineLabels(chart, fields, prepared, x, y, width, height) : undefined;
  const totalWidth = facets.columns * width + (facets.columns - 1) * 24;
  const marks = markLayers({ ...parts, x, y, totalWidth, labelled: places !== undefined });
  const references = (chart.references ?? []).filter((reference) => locate(x, y)(reference) !== undefined);
  const side = sideOf(fields, prepared, x, y);
  const layers: readonly Layer[] = [
    ...marks,
    ...referenceLayers(references, { x: x?.encoding, y: y?.encoding }, width, side, theme),
    ...(places === undefined ? [] : [labelLayer(fields, x!, y!, marks)]),
  ];
  const project = projection(parts);
  const points = [
    ...prepared.points.map((point) => ({ ...project(point), [PART]: "row" })),
    ...prepared.curves.flatMap((curve, index) =>
      curve.map((point) => ({ ...project(point), [PART]: "fit", _curve: index })),
    ),
    ...referencePoints(references, facets),
    ...labelPoints(fields, prepared, places, x, y, height),
  ];
  const unit = { width, height, layer: layers };
  const body =
    facets.facet === undefined
      ? unit
      : { facet: facets.facet, ...(facets.wraps ? { columns: facets.columns } : {}), spec: unit, spacing: 24 };
  return { data: { values: points }, ...body };
}

function sizeOf(chart: ChartSpec, fields: Fields, points: readonly Point[], facets: FacetPlan) {
  const [across, down] = [placesOf(fields.get("x"), points), placesOf(fields.get("y"), points)];
  const widest = Math.max(150, Math.floor((TOTAL_WIDTH - 24 * (facets.columns - 1)) / facets.columns));
  const several = facets.facet !== undefined;
  const wanted =
    chart.mark === "rect" && across > 0 ? Math.max(200, across * 56) : across > 0 ? Math.max(260, across * 90) : 580;
  const tall =
    chart.mark === "rect" && down > 0
      ? Math.min(480, Math.max(120, down * 36))
      : down > 0
        ? Math.max(120, down * 34)
        : 320;
  return {
    width: chart.width ?? Math.min(several ? widest : 580, wanted),
    height: chart.height ?? (several ? Math.min(210, tall) : tall),
  };
}

/** Only what is drawn or told goes into the file. */
function projection({ fields, prepared, facets, theme }: Parts): (point: Point) => Point {
  const text = fields.get("text");
  const ink = inkOver(fields, prepared, theme);
  const derived = Object.keys(prepared.points[0] ?? {}).filter((name) => name.startsWith("_"));
  const bounds = prepared.interval === undefined ? [] : [prepared.interval.low, prepared.interval.high];
  const encoded = [...fields.values()].map(({ name }) => name);
  const names = new Set([...encoded, ...bounds, ...prepared.varying, ...prepared.details, ...derived]);
  return (point) => {
    const kept = Object.fromEntries([...names].flatMap((name) => (name in point ? [[name, point[name]!]] : [])));
    const written = text && { _text: writeText(point[text.name] ?? null, text.unit), _ink: ink(point) };
    return { ...kept, ...facets.mark(point), ...written };
  };
}

function writeText(value: Value, unit: string): string {
  if (typeof value !== "number") return formatValue(value);
  return hasOwnSteps(unit) ? formatWithUnit(value, unit, 3) : formatNumber(value, 3);
}

/** Viridis is dark at its low end: text on it is white there, and black on the bright half. */
function inkOver(fields: Fields, { points }: Prepared, theme: Theme): (point: Point) => string {
  const color = fields.get("color");
  if (color?.type !== "quantitative" || !fields.has("text")) return () => INK[theme].text;
  const log = color.definition.scale?.type === "log";
  const of = (from: Point) => (log ? Math.log(Number(from[color.name])) : Number(from[color.name]));
  const values = points.map(of);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const bright = low + 0.55 * (high - low);
  return (point) => (of(point) > bright ? "#14171a" : "#ffffff");
}

function locate(x: Position | undefined, y: Position | undefined): Locate {
  return ({ channel, value }) => {
    const position = channel === "x" ? x : y;
    if (position === undefined) return undefined;
    if (position.continuous === undefined) return position.domain.includes(value) ? 0.5 : undefined;
    const [low, high] = position.continuous.domain;
    return value >= low && value <= high ? position.continuous.place(value) : undefined;
  };
}

/** The end of a reference's rule at which the points keep the greater distance from it. */
function sideOf(fields: Fields, { points }: Prepared, x: Position | undefined, y: Position | undefined) {
  return ({ channel, value }: { readonly channel: "x" | "y"; readonly value: number }): "start" | "end" => {
    if (channel === "x") return (x?.continuous?.place(value) ?? 0.5) > 0.7 ? "end" : "start";
    if (x?.continuous === undefined || y?.continuous === undefined) return "start";
    const level = y.continuous.place(value) + 0.03;
    const clearance = (from: number, to: number) =>
      Math.min(
        1,
        ...points.flatMap((point) => {
          const place = x.continuous!.place(Number(point[fields.get("x")!.name]));
          if (place < from || place > to) return [];
          return [Math.abs(y.continuous!.place(Number(point[fields.get("y")!.name])) - level)];
        }),
      );
    return clearance(0, 0.35) >= clearance(0.65, 1) ? "start" : "end";
  };
}

/** Places of the names at the ends of lines, by name, when each line is one colour and there is room. */
function lineLabels(
  chart: ChartSpec,
  fields: Fields,
  prepared: Prepared,
  x: Position | undefined,
  y: Position | undefined,
  width: number,
  height: number,
): ReadonlyMap<string, number> | undefined {
  const color = fields.get("color");
  const alone = ["shape", "strokeDash", "detail", "size", "opacity"] as const;
  if (chart.mark !== "line" || color === undefined || color.type === "quantitative") return undefined;
  if (!x?.continuous || !y?.continuous || prepared.details.length > 0 || alone.some((channel) => fields.has(channel)))
    return undefined;
  if (color.definition.legend !== undefined) return undefined;
  const ends = [...partition(prepared.points, [color.name]).values()].map((part): LineEnd => {
    const last = part.reduce((best, point) =>
      Number(point[x.field.name]) > Number(best[x.field.name]) ? point : best,
    );
    return {
      name: String(last[color.name]),
      x: x.continuous!.place(Number(last[x.field.name])) * width,
      y: y.continuous!.place(Number(last[y.field.name])) * height,
    };
  });
  return placeLabels(ends);
}

function labelPoints(
  fields: Fields,
  { points }: Prepared,
  places: ReadonlyMap<string, number> | undefined,
  x: Position | undefined,
  y: Position | undefined,
  height: number,
): readonly Point[] {
  const color = fields.get("color");
  if (places === undefined || color === undefined || !x?.continuous || !y?.continuous) return [];
  const right = Math.max(...points.map((point) => Number(point[x.field.name])));
  return [...partition(points, [color.name]).values()].map(([first]) => {
    const name = first![color.name]!;
    const at = y.continuous!.at(places.get(String(name))! / height);
    const numeric = typeof name === "number" ? `${color.label} = ${name}` : String(name);
    return { [PART]: "label", [color.name]: name, [x.field.name]: right, [y.field.name]: at, _label: numeric };
  });
}

function labelLayer(fields: Fields, x: Position, y: Position, marks: readonly Layer[]): Layer {
  const encoding = marks[0]!.encoding as Readonly<Record<string, unknown>>;
  return {
    transform: [{ filter: "datum._part === 'label'" }],
    mark: { type: "text", align: "left", baseline: "middle", dx: 9, fontSize: 11.5, aria: false },
    encoding: {
      x: x.encoding,
      y: y.encoding,
      color: encoding.color ?? { field: fieldPath(fields.get("color")!.name) },
      text: { field: "_label", type: "nominal" },
    },
  };
}

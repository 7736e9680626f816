import type { Channel, ChartSpec, RunData } from "@xattn/runner";
import type { Theme } from "../theme/palette.ts";
import { INK } from "../theme/theme.ts";
import { colorEncoding, type Encoding, legendLayout, shapeEncoding } from "./color.ts";
import { ordered } from "./facet.ts";
import type { Field, Fields } from "./fields.ts";
import { fieldPath, type Point } from "./point.ts";
import type { Position } from "./position.ts";
import { type Prepared, valueChannel } from "./prepare.ts";
import { tooltip } from "./tooltip.ts";

export type Layer = Readonly<Record<string, unknown>>;

export interface Drawing {
  readonly chart: ChartSpec;
  readonly data: RunData;
  readonly theme: Theme;
  readonly fields: Fields;
  readonly prepared: Prepared;
  readonly x: Position | undefined;
  readonly y: Position | undefined;
  /** Pixels of the whole chart from left to right. */
  readonly totalWidth: number;
  /** Whether names stand at the ends of lines, in place of a legend. */
  readonly labelled: boolean;
}

const ROWS = { filter: "datum._part === 'row'" };

/** The layers of the marks themselves: intervals, lines, points, bars or cells, and fitted curves. */
export function markLayers(drawing: Drawing): readonly Layer[] {
  const { chart, prepared, fields, data } = drawing;
  const shared = sharedEncoding(drawing);
  const tips = { tooltip: tooltip(fields, prepared, data) };
  const symbol = { ...symbols(shared), ...tips };
  switch (chart.mark) {
    case "line":
      return [
        ...intervalLayers(drawing, shared),
        layer({ type: "line", strokeWidth: 1.8, strokeJoin: "round" }, { ...shared, ...order(drawing) }, drawing),
        layer({ type: "point", filled: true, size: 42, opacity: 1 }, { ...shared, ...symbol }, drawing),
        ...curveLayers(drawing, shared),
      ];
    case "area":
      return [
        layer(
          { type: "area", opacity: 0.25, line: { strokeWidth: 1.8 } },
          { ...shared, ...baseline(drawing), ...tips },
          drawing,
        ),
        ...curveLayers(drawing, shared),
      ];
    case "point":
      return [
        ...intervalLayers(drawing, shared),
        layer({ type: "point", filled: true, size: 46, opacity: 0.85 }, { ...shared, ...symbol }, drawing),
        ...textLayers(drawing, shared),
        ...curveLayers(drawing, shared),
      ];
    case "bar": {
      const beside = offset(drawing);
      return [
        layer({ type: "bar", cornerRadiusEnd: 1.5 }, { ...shared, ...beside, ...baseline(drawing), ...tips }, drawing),
        ...intervalLayers(drawing, { ...without(shared, "color"), ...beside }),
      ];
    }
    case "rect":
      return [layer({ type: "rect" }, { ...shared, ...tips }, drawing), ...textLayers(drawing, shared)];
    case "tick":
      return [layer({ type: "tick", thickness: 1.5, opacity: 0.8 }, { ...shared, ...tips }, drawing)];
  }
}

function layer(mark: Encoding, encoding: Encoding, { x, y }: Drawing): Layer {
  const fixed = [x, y].some(
    (position) => position?.field.definition.scale?.domain !== undefined && position.continuous,
  );
  return { transform: [ROWS], mark: { ...mark, ...(fixed ? { clip: true } : {}) }, encoding };
}

function without(encoding: Encoding, channel: string): Encoding {
  return Object.fromEntries(Object.entries(encoding).filter(([name]) => name !== channel));
}

function sharedEncoding(drawing: Drawing): Encoding {
  const { chart, fields, prepared, data, theme, x, y, totalWidth, labelled } = drawing;
  const encoding: Record<string, unknown> = {};
  if (x !== undefined) encoding.x = x.encoding;
  if (x?.second !== undefined) encoding.x2 = x.second;
  if (y !== undefined) encoding.y = y.encoding;
  if (y?.second !== undefined) encoding.y2 = y.second;
  const color = fields.get("color");
  if (color !== undefined) {
    const named = labelled || [x, y].some((position) => position?.field.name === color.name && !position.continuous);
    encoding.color = colorEncoding(color, prepared.points, data, theme, totalWidth, !named);
  }
  for (const channel of ["shape", "size", "opacity", "strokeDash"] as const) {
    const field = fields.get(channel);
    if (field !== undefined)
      encoding[channel] = legendOf(channel, plainEncoding(field, prepared.points, totalWidth), theme);
  }
  for (const [channel, definition] of Object.entries(chart.encoding) as [Channel, { value?: unknown }][]) {
    if (definition.value !== undefined && !fields.has(channel) && channel !== "text")
      encoding[channel] = { value: definition.value };
  }
  const details = [...new Set([...prepared.details, ...(fields.get("detail") ? [fields.get("detail")!.name] : [])])];
  if (details.length > 0) encoding.detail = details.map((name) => ({ field: fieldPath(name), type: "nominal" }));
  return encoding;
}

/** Dashes show on strokes alone: symbols of the legend are then pieces of lines, in the colour of text. */
function legendOf(channel: Channel, encoding: Encoding, theme: Theme): Encoding {
  if (channel !== "strokeDash" || encoding.legend === null) return encoding;
  // Marks of points fill their symbols, which leaves a stroke without colour unless it is set at this level.
  const stroke = { stroke: { value: INK[theme].text }, strokeWidth: { value: 2 }, opacity: { value: 1 } };
  const symbol = { symbolType: "stroke", symbolSize: 500, encode: { symbols: { update: stroke } } };
  return { ...encoding, legend: { ...symbol, ...(encoding.legend as Encoding) } };
}

function plainEncoding(field: Field, points: readonly Point[], width: number): Encoding {
  const { scale, legend } = field.definition;
  const base = {
    field: fieldPath(field.name),
    type: field.type,
    title: field.title,
    ...(scale === undefined ? {} : { scale }),
  };
  if (field.type === "quantitative")
    return { ...base, legend: legend === null ? null : { orient: "right", ...legend } };
  const domain = ordered(
    field,
    points.map((point) => point[field.name] ?? null),
  );
  const layout = legend === null ? null : { ...legendLayout(domain.map(String), width), ...legend };
  return { ...base, scale: { domain, ...scale }, legend: layout };
}

function symbols(shared: Encoding): Encoding {
  const color = shared.color as Encoding | undefined;
  if (shared.shape !== undefined || color?.scale === undefined) return without(shared, "strokeDash");
  const shape = shapeEncoding(color);
  return { ...without(shared, "strokeDash"), ...(shape === undefined ? {} : { shape }) };
}

function order({ fields }: Drawing): Encoding {
  const field = fields.get("order");
  return field === undefined ? {} : { order: { field: fieldPath(field.name), type: field.type } };
}

/** Bars start where the axis does: logarithmic axes have no zero. */
function baseline({ fields, x, y }: Drawing): Encoding {
  const channel = valueChannel(fields);
  const position = channel === "x" ? x : y;
  if (position?.continuous === undefined || position.second !== undefined) return {};
  const [low, high] = position.continuous.domain;
  const start = position.field.definition.scale?.type === "log" ? low : Math.max(low, Math.min(0, high));
  return { [channel]: { ...position.encoding, stack: null }, [`${channel}2`]: { datum: start } };
}

/** Bars of one place stand beside each other, one for each colour, instead of upon each other. */
function offset({ fields, x, y, prepared }: Drawing): Encoding {
  const color = fields.get("color");
  const channel = valueChannel(fields) === "y" ? "x" : "y";
  const position = channel === "x" ? x : y;
  if (color === undefined || color.type === "quantitative" || position === undefined || position.continuous) return {};
  if (color.name === position.field.name) return {};
  const domain = ordered(
    color,
    prepared.points.map((point) => point[color.name] ?? null),
  );
  return { [`${channel}Offset`]: { field: fieldPath(color.name), type: "nominal", scale: { domain } } };
}

/** A rule from low to high for each point, or a band where points are many. */
function intervalLayers(drawing: Drawing, shared: Encoding): readonly Layer[] {
  const { prepared, fields, chart, theme } = drawing;
  if (prepared.interval === undefined) return [];
  const { low, high } = prepared.interval;
  const channel = valueChannel(fields);
  const value = shared[channel] as Encoding;
  const along = fields.get(channel === "y" ? "x" : "y");
  const places = along === undefined ? 0 : new Set(prepared.points.map((point) => point[along.name])).size;
  const band = chart.mark === "line" && places > 20;
  const ends = { [channel]: { ...value, field: fieldPath(low) }, [`${channel}2`]: { field: fieldPath(high) } };
  const filter = `isValid(datum[${JSON.stringify(low)}]) && isValid(datum[${JSON.stringify(high)}])`;
  const ink = chart.mark === "bar" ? { color: INK[theme].text } : {};
  const mark = band ? { type: "area", opacity: 0.2 } : { type: "rule", strokeWidth: 1.4, opacity: 0.75, ...ink };
  const drawn = layer(
    { ...mark, aria: false },
    { ...without(without(shared, "size"), "strokeDash"), ...ends },
    drawing,
  );
  return [{ ...drawn, transform: [ROWS, { filter }] }];
}

function curveLayers(drawing: Drawing, shared: Encoding): readonly Layer[] {
  if (drawing.prepared.curves.length === 0) return [];
  const curve = layer(
    { type: "line", strokeWidth: 1.1, strokeDash: [5, 3], opacity: 0.9, aria: false },
    {
      ...without(without(without(shared, "size"), "shape"), "strokeDash"),
      detail: [{ field: "_curve", type: "nominal" }],
    },
    drawing,
  );
  return [{ ...curve, transform: [{ filter: "datum._part === 'fit'" }] }];
}

/** More values than this cannot be read. */
const MOST_TEXTS = 300;

/** Values written into cells or beside points, dark on light cells and light on dark ones. */
function textLayers(drawing: Drawing, shared: Encoding): readonly Layer[] {
  const { fields, chart, theme, prepared } = drawing;
  const field = fields.get("text");
  if (field === undefined || prepared.points.length > MOST_TEXTS) return [];
  const text = { field: "_text", type: "nominal" };
  const positions = Object.fromEntries(
    ["x", "y"].flatMap((name) => (shared[name] === undefined ? [] : [[name, shared[name]]])),
  );
  if (chart.mark === "point") {
    return [
      layer(
        { type: "text", dx: 7, align: "left", color: INK[theme].text, aria: false },
        { ...positions, text },
        drawing,
      ),
    ];
  }
  // Two layers, since a colour taken from the data would have to share the scale of the cells.
  return ["#ffffff", "#14171a", INK[theme].text].flatMap((ink, index, all) => {
    if (all.indexOf(ink) !== index) return [];
    const written = layer({ type: "text", fontSize: 10.5, color: ink, aria: false }, { ...positions, text }, drawing);
    return [{ ...written, transform: [ROWS, { filter: `datum._ink === '${ink}'` }] }];
  });
}

import type { Channel, ChannelDefinition, ChartSpec, Row, RunData, TableColumn } from "@xattn/runner";
import { ChartError } from "../errors/errors.ts";
import { titleWithUnit } from "../format/unit.ts";
import { distinct } from "./point.ts";

type FieldType = "quantitative" | "nominal" | "ordinal";

/** A channel of a chart, with all that was left open decided from the table's columns. */
export interface Field {
  readonly channel: Channel;
  /** The name of its values in the points that are drawn. */
  readonly name: string;
  readonly type: FieldType;
  /** Without its unit. */
  readonly label: string;
  readonly title: string | null;
  readonly unit: string;
  readonly column: TableColumn | undefined;
  readonly definition: ChannelDefinition;
}

export type Fields = ReadonlyMap<Channel, Field>;

export const FACET_CHANNELS: readonly Channel[] = ["row", "column", "facet"];

/**
 * @throws {ChartError} when the chart names a column that the table does not have, or neither a field nor a value.
 */
export function resolveFields(chart: ChartSpec, data: RunData, rows: readonly Row[]): Fields {
  const fields = new Map<Channel, Field>();
  for (const [channel, definition] of Object.entries(chart.encoding) as [Channel, ChannelDefinition][]) {
    if (definition.field === undefined && definition.aggregate === undefined) continue;
    fields.set(channel, resolveField(chart, data, rows, channel, definition));
  }
  return fields;
}

function resolveField(
  chart: ChartSpec,
  data: RunData,
  rows: readonly Row[],
  channel: Channel,
  definition: ChannelDefinition,
): Field {
  const { field, aggregate } = definition;
  if (field === undefined && aggregate !== "count") {
    throw new ChartError(`${channel} of chart "${chart.name}" aggregates by ${aggregate} and needs a field`);
  }
  const column = data.columns.find(({ name }) => name === field);
  if (field !== undefined && column === undefined) {
    const names = data.columns.map(({ name }) => name).join(", ");
    throw new ChartError(`${channel} of chart "${chart.name}" has the field "${field}"; the table has ${names}`);
  }
  const label = aggregate === undefined ? field! : field === undefined ? "count" : `${aggregate} ${field}`;
  const unit = aggregate === "count" ? "1" : (column?.unit ?? "1");
  return {
    channel,
    name: aggregate === "count" ? "_count" : field!,
    type: definition.type ?? inferType(chart, rows, channel, definition, column),
    label: definition.title ?? label,
    title: definition.title === undefined ? titleWithUnit(label, unit) : definition.title,
    unit,
    column,
    definition,
  };
}

function inferType(
  chart: ChartSpec,
  rows: readonly Row[],
  channel: Channel,
  { field, aggregate, bin, scale }: ChannelDefinition,
  column: TableColumn | undefined,
): FieldType {
  if (aggregate !== undefined) return "quantitative";
  const values = distinct(rows.map((row) => row[field!] ?? null).filter((value) => value !== null));
  if (values.some((value) => typeof value !== "number")) return "nominal";
  if (bin) return "quantitative";
  if (FACET_CHANNELS.includes(channel) || scale?.type === "band" || scale?.type === "point") return "ordinal";
  const position = channel === "x" || channel === "y";
  const parameter = column?.role === "axis";
  if (position) return chart.mark === "rect" || (chart.mark === "bar" && parameter) ? "ordinal" : "quantitative";
  if (channel === "shape" || channel === "strokeDash") return "ordinal";
  return parameter && values.length <= 8 ? "ordinal" : "quantitative";
}

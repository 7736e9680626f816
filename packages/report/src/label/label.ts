import type { ChannelDefinition, ChartSpec, Row, RunData } from "@xattn/runner";
import { listOf } from "../chart/text.ts";

type Labels = NonNullable<RunData["manifest"]["environment"]["labels"]>;

/**
 * The run with axis values as its machine has them: where the manifest says that `webgpu` was a software adapter, rows,
 * fits and troubles say "webgpu (software)". Filters of charts speak of the values themselves, so they go first.
 */
export function labelRun(data: RunData): RunData {
  const { labels } = data.manifest.environment;
  if (!labels) return data;
  return {
    ...data,
    rows: labelRows(data.rows, labels),
    fits: data.fits.map((fit) => ({ ...fit, group: labelRow(fit.group, labels) })),
    troubles: data.troubles.map((trouble) => ({ ...trouble, parameters: labelRow(trouble.parameters, labels) })),
  };
}

/** A chart over a labelled run, and the run's rows that it draws. */
export interface LabelledChart {
  readonly chart: ChartSpec;
  readonly rows: readonly Row[];
  /** What the title does not say: that some of the rows are not what their name promises. */
  readonly notes: readonly string[];
}

/**
 * Labels what a chart draws. Where it does not tell the values of an axis apart, its title says what all rows are, or
 * a note what some of them are.
 *
 * @param rows that the chart's filter keeps, not labelled
 */
export function labelChart(chart: ChartSpec, rows: readonly Row[], labels: Labels | undefined): LabelledChart {
  if (!labels) return { chart, rows, notes: [] };
  const encoded = new Set(Object.values(chart.encoding).map((definition) => definition?.field));
  const whole: string[] = [];
  const notes: string[] = [];
  for (const [axis, values] of Object.entries(labels)) {
    if (encoded.has(axis)) continue;
    const seen = [...new Set(rows.map((row) => row[axis] ?? null))];
    const named = seen.map((value) => labelOf(values, value)).filter((label) => label !== undefined);
    if (named.length === 0) continue;
    if (named.length === seen.length) whole.push(listOf(named));
    else notes.push(`${axis} is ${listOf(named)} in some of the rows.`);
  }
  const encoding = Object.entries(chart.encoding).map(([channel, definition]) => [
    channel,
    inOrder(definition, labels),
  ]);
  return {
    chart: {
      ...chart,
      title: whole.length === 0 ? chart.title : `${chart.title}, ${whole.join(", ")}`,
      encoding: Object.fromEntries(encoding) as ChartSpec["encoding"],
    },
    rows: labelRows(rows, labels),
    notes,
  };
}

/** The order and the domain that a channel is given name values too. */
function inOrder(definition: ChannelDefinition, labels: Labels): ChannelDefinition {
  const values = labels[definition.field ?? ""];
  if (!values) return definition;
  const { sort, scale } = definition;
  const relabel = <Item>(list: readonly Item[]) => list.map((item) => labelOf(values, item) ?? item);
  return {
    ...definition,
    ...(Array.isArray(sort) && { sort: relabel(sort as readonly (string | number)[]) }),
    ...(scale?.domain && { scale: { ...scale, domain: relabel(scale.domain) } }),
  };
}

function labelRows(rows: readonly Row[], labels: Labels): readonly Row[] {
  return rows.map((row) => labelRow(row, labels));
}

function labelRow(row: Row, labels: Labels): Row {
  const changed = Object.entries(labels).flatMap(([axis, values]) => {
    const label = labelOf(values, row[axis]);
    return label === undefined ? [] : [[axis, label]];
  });
  return changed.length === 0 ? row : { ...row, ...Object.fromEntries(changed) };
}

function labelOf(values: Labels[string], value: unknown): string | undefined {
  return typeof value === "string" && Object.hasOwn(values, value) ? values[value] : undefined;
}

import type { Channel } from "@xattn/runner";
import { formatValue } from "../format/value.ts";
import type { Field, Fields } from "./fields.ts";
import { distinct, keyOf, type Point, type Value } from "./point.ts";

/** How a chart is divided: the definition for vega-lite, and the points' names of facets. */
export interface FacetPlan {
  /** Nothing when all points share one facet. */
  readonly facet: Readonly<Record<string, unknown>> | undefined;
  /** Facets side by side. */
  readonly columns: number;
  readonly rows: number;
  /** Whether facets wrap (then vega-lite is told the number of columns). */
  readonly wraps: boolean;
  /** The names of facets that a point belongs to, for its layer data. */
  readonly mark: (point: Point) => Point;
  /** One for each facet: the values that place something in it. */
  readonly cells: readonly Point[];
  readonly notes: readonly string[];
}

/** The values of a field in the order that its definition asks for; `sort: null` keeps the order of the table. */
export function ordered(field: Field, values: Iterable<Value>): Value[] {
  const { sort } = field.definition;
  if (sort === null) return [...new Set(values)];
  const sorted = distinct(values);
  if (sort === "descending") return sorted.reverse();
  if (!Array.isArray(sort)) return sorted;
  const place = (value: Value) => (sort.includes(value) ? sort.indexOf(value) : sort.length);
  return sorted.sort((a, b) => place(a) - place(b));
}

/**
 * Rows and columns of facets as asked; facets that have one value are a note instead, and rows and columns of which
 * some crossings are empty become one wrapped sequence, so that no facet is without points.
 */
export function planFacets(fields: Fields, points: readonly Point[]): FacetPlan {
  const asked = (["row", "column", "facet"] as const).flatMap((channel) => fields.get(channel) ?? []);
  const values = new Map(
    asked.map((field) => [
      field,
      ordered(
        field,
        points.map((point) => point[field.name] ?? null),
      ),
    ]),
  );
  const single = asked.filter((field) => values.get(field)!.length === 1);
  const several = asked.filter((field) => values.get(field)!.length > 1);
  const notes = single.map((field) => `${header(field, values.get(field)![0]!)}.`);
  const cells = [...new Map(points.map((point) => [keyOf(point, names(several)), point])).values()];
  if (several.length === 0) {
    return { facet: undefined, columns: 1, rows: 1, wraps: false, mark: () => ({}), cells: [{}], notes };
  }
  const grid = several.every(({ channel }) => channel !== "facet");
  const complete = cells.length === several.reduce((product, field) => product * values.get(field)!.length, 1);
  return grid && complete ? gridPlan(several, values, cells, notes) : wrapPlan(several, values, cells, notes);
}

type ValuesOf = ReadonlyMap<Field, readonly Value[]>;

function names(fields: readonly Field[]): readonly string[] {
  return fields.map(({ name }) => name);
}

function header(field: Field, value: Value): string {
  return `${field.label} = ${formatValue(value)}`;
}

function gridPlan(
  several: readonly Field[],
  values: ValuesOf,
  cells: readonly Point[],
  notes: readonly string[],
): FacetPlan {
  const mark = (point: Point) =>
    Object.fromEntries(several.map((field) => [`_${field.channel}`, header(field, point[field.name] ?? null)]));
  const definitions = several.map((field) => [
    field.channel,
    definition(
      `_${field.channel}`,
      values.get(field)!.map((value) => header(field, value)),
    ),
  ]);
  const count = (channel: Channel) => {
    const field = several.find((candidate) => candidate.channel === channel);
    return field === undefined ? 1 : values.get(field)!.length;
  };
  return {
    facet: Object.fromEntries(definitions),
    columns: count("column"),
    rows: count("row"),
    wraps: false,
    mark,
    cells: cells.map(mark),
    notes,
  };
}

function wrapPlan(
  several: readonly Field[],
  values: ValuesOf,
  cells: readonly Point[],
  notes: readonly string[],
): FacetPlan {
  const mark = (point: Point) => ({
    _facet: several.map((field) => header(field, point[field.name] ?? null)).join(", "),
  });
  const rank = (point: Point) => several.map((field) => values.get(field)!.indexOf(point[field.name] ?? null));
  const sorted = [...cells].sort((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    return left.map((place, index) => place - right[index]!).find((difference) => difference !== 0) ?? 0;
  });
  const asked = several.find(({ channel }) => channel === "facet")?.definition.columns;
  const columns = Math.min(asked ?? (sorted.length === 4 ? 2 : 3), sorted.length);
  return {
    facet: definition(
      "_facet",
      sorted.map((cell) => mark(cell)._facet),
    ),
    columns,
    rows: Math.ceil(sorted.length / columns),
    wraps: true,
    mark,
    cells: sorted.map(mark),
    notes,
  };
}

function definition(field: string, sort: readonly string[]): Readonly<Record<string, unknown>> {
  return { field, type: "nominal", sort: [...sort], title: null, header: { title: null, labelFontWeight: "bold" } };
}

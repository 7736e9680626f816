/** Channels of Vega-Lite that a chart may map a field to. */
export type Channel =
  | "x"
  | "y"
  | "color"
  | "shape"
  | "size"
  | "opacity"
  | "detail"
  | "strokeDash"
  | "row"
  | "column"
  | "facet"
  | "order"
  | "text";

/** A channel definition of Vega-Lite, of which the field is checked against the experiment's columns. */
export interface ChannelDefinition<Field extends string = string> {
  readonly field?: Field;
  readonly type?: "quantitative" | "nominal" | "ordinal";
  readonly aggregate?: "mean" | "median" | "min" | "max" | "count" | "sum";
  readonly title?: string | null;
  readonly bin?: boolean | { readonly maxbins: number };
  readonly sort?: readonly (string | number)[] | "ascending" | "descending" | null;
  readonly scale?: {
    readonly type?: "linear" | "log" | "sqrt" | "symlog" | "band" | "point";
    readonly base?: number;
    readonly domain?: readonly (number | string)[];
    readonly zero?: boolean;
    readonly nice?: boolean;
    readonly scheme?: string;
    readonly reverse?: boolean;
  };
  readonly axis?: Readonly<Record<string, unknown>> | null;
  readonly legend?: Readonly<Record<string, unknown>> | null;
  readonly columns?: number;
  readonly value?: number | string;
}

/**
 * A Vega-Lite unit specification without data: the report adds the run's rows, intervals for sampled columns
 * (`<field>Low`, `<field>High`), fitted lines, the house's theme and tooltips.
 */
export interface ChartSpec<Field extends string = string, FitName extends string = string> {
  /** File name of the chart: lower-case words joined by hyphens. */
  readonly name: string;
  readonly title: string;
  /** How to read it, in one sentence. */
  readonly description: string;
  readonly mark: "line" | "point" | "bar" | "rect" | "tick" | "area";
  readonly encoding: Readonly<Partial<Record<Channel, ChannelDefinition<Field>>>>;
  /** A Vega expression over `datum`: rows for which it is true are drawn. */
  readonly filter?: string;
  /** Draw the fitted curve of this power law beside the measured points. */
  readonly fit?: FitName;
  /** Horizontal or vertical reference lines, with their label. */
  readonly references?: readonly { readonly channel: "x" | "y"; readonly value: number; readonly label: string }[];
  readonly width?: number;
  readonly height?: number;
}

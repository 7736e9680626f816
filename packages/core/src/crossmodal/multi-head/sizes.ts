import { ArgumentError } from "../../errors/errors.ts";
import { headWidth } from "../heads/heads.ts";
import { type Projection, projectionWidths } from "../projection/projection.ts";
import { bindShape, showShape } from "../shape/bind-shape.ts";
import type { AttentionProjections, CrossAttentionInputs } from "./projected.ts";

/** The sizes of one cross-attention with its projections. */
export interface ProjectedSizes {
  readonly batch: number;
  /** Queries n. */
  readonly n: number;
  /** Keys m. */
  readonly m: number;
  /** dq */
  readonly queryWidth: number;
  /** dc */
  readonly contextWidth: number;
  /** h */
  readonly heads: number;
  /** g */
  readonly keyHeads: number;
  /** Width of queries and keys of one head. */
  readonly d: number;
  /** Width of values of one head. */
  readonly e: number;
  /** Columns of W^O; absent where there is none. */
  readonly outputWidth?: number;
}

/** What the caller calls its arguments, for messages. */
export interface ArgumentNames {
  readonly queries: string;
  readonly context: string;
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly output: string;
}

export const plainNames: ArgumentNames = {
  queries: "queries",
  context: "context",
  query: "projections.query",
  key: "projections.key",
  value: "projections.value",
  output: "projections.output",
};

/** @throws ShapeError, ArgumentError when inputs and projections do not fit each other */
export function projectedSizes(
  { queries, context }: CrossAttentionInputs,
  projections: AttentionProjections,
  names: ArgumentNames = plainNames,
): ProjectedSizes {
  const { heads = 1, keyHeads = heads } = projections;
  const { b, n, dq } = bindShape(names.queries, queries, ["b", "n", "dq"]);
  const ofQueries = `${names.queries} ${showShape(queries.shape)}`;
  const { m, dc } = bindShape(names.context, context, ["b", "m", "dc"], { b }, ofQueries);
  const ofContext = `${names.context} ${showShape(context.shape)}`;

  needRows(names.query, projections.query, ["dq", "h·d"], dq, ofQueries);
  const d = headWidth(`${names.query}.weight`, projections.query.weight, heads, "h");
  needRows(names.key, projections.key, ["dc", "g·d"], dc, ofContext);
  needRows(names.value, projections.value, ["dc", "g·e"], dc, ofContext);
  const e = headWidth(`${names.value}.weight`, projections.value.weight, keyHeads, "g");
  if (heads % keyHeads !== 0) {
    throw new ArgumentError(`keyHeads: ${keyHeads} does not divide heads, which is ${heads}`);
  }
  const ofQuery = `h = ${heads}, g = ${keyHeads} and ${names.query}.weight ${showShape(projections.query.weight.shape)}`;
  bindShape(`${names.key}.weight`, projections.key.weight, ["dc", "g·d"], { dc, g·d: keyHeads * d }, ofQuery);
  const sizes = { batch: b, n, m, queryWidth: dq, contextWidth: dc, heads, keyHeads, d, e };
  if (!projections.output) return sizes;
  const ofValue = `h = ${heads}, g = ${keyHeads} and ${names.value}.weight ${showShape(projections.value.weight.shape)}`;
  const outputWidth = needRows(names.output, projections.output, ["h·e", "out"], heads * e, ofValue);
  return { ...sizes, outputWidth };
}

/** Checks that a projection takes rows of width `inputs`, and gives the width of those that it makes. */
export function needRows(
  name: string,
  projection: Projection,
  letters: readonly [string, string],
  inputs: number,
  source: string,
): number {
  const { outputs } = projectionWidths(name, projection);
  bindShape(`${name}.weight`, projection.weight, letters, { [letters[0]]: inputs }, source);
  return outputs;
}

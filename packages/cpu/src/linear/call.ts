import {
  type AttentionProblem,
  checkLinearProblem,
  type FeatureMap,
  inputScales,
  type ProblemSizes,
  type Tensor,
  UnsupportedError,
} from "@xattn/core";
import type { Context } from "../backend/context.ts";
import { addressOf } from "../backend/tensors.ts";
import { constantBytes, constants } from "./constants.ts";
import { type FeatureLayout, featureLayout } from "./features/shape.ts";
import type { RowsAt } from "./run-rows.ts";
import type { Side, Sight } from "./scan/run.ts";
import type { ScanShape } from "./scan/shape.ts";
import { padded, slack } from "./widths.ts";

/** What the stages of one call share. */
export interface Call {
  readonly context: Context;
  readonly problem: AttentionProblem;
  readonly sizes: ProblemSizes;
  readonly map: FeatureMap;
  /** Factors on queries and keys before the feature map. */
  readonly scales: { readonly query: number; readonly key: number };
  readonly features: FeatureLayout;
  /** Floats of a row of values with a column of ones: its padded width. */
  readonly valueRow: number;
  readonly queries: Side;
  readonly keys: Side;
  readonly sight: readonly Sight[];
  readonly causal: boolean;
  readonly constants: number;
}

/** Keys of the past, if there are any, and new ones: where their rows begin among those of a head. */
export interface Segment {
  readonly tensor: Tensor;
  readonly name: string;
  readonly first: number;
  readonly rows: number;
}

/** @throws ShapeError, ArgumentError, UnsupportedError as core's linear attention does */
export function startCall(context: Context, problem: AttentionProblem, sizes: ProblemSizes, map: FeatureMap): Call {
  const { reach } = checkLinearProblem(problem, map);
  const { batch, heads, keyHeads, n, m, d, e } = sizes;
  if (d === 0 && map.kind === "favor+") {
    throw new UnsupportedError("query: the cpu backend has no random features of width d = 0; use the plain backend");
  }
  const sight = reach.map(({ queries, keys, offset }) => ({ rows: queries, columns: keys, offset }));
  const address = context.scratch.take(constantBytes);
  context.bytes.set(constants(), address);
  return {
    context,
    problem,
    sizes,
    map,
    scales: inputScales(map, problem.scale, d),
    features: featureLayout(map, d),
    valueRow: padded(e + 1),
    queries: { heads: batch * heads, grouped: heads / keyHeads, length: n },
    keys: { heads: batch * keyHeads, grouped: 1, length: m },
    sight,
    causal: sight.some(({ columns, offset }) => offset < columns - 1),
    constants: address,
  };
}

/** Whether there is nothing to add up: then all results are zeros. */
export function isEmpty({ sizes }: Call): boolean {
  const { batch, heads, n, m, d, e } = sizes;
  return batch * heads * n * m * d * e === 0;
}

/** Memory for [heads, length, row] floats, and for what register tiles read past it. */
export function takeMatrix({ context }: Call, { heads, length }: Side, row: number): number {
  return context.scratch.take(4 * (heads * length * row + slack(context.engine, row)));
}

export function segmentsOf({ problem }: Call, of: "key" | "value"): readonly Segment[] {
  const recent = problem[of];
  const past = problem.past?.[of];
  const early = past?.shape[2] ?? 0;
  const later: Segment = { tensor: recent, name: of, first: early, rows: recent.shape[2]! };
  return past ? [{ tensor: past, name: `past.${of}`, first: 0, rows: early }, later] : [later];
}

/** A segment's own rows, `width` floats each. */
export function rowsOfSegment({ context }: Call, { tensor, name, rows }: Segment, width: number): RowsAt {
  return { address: addressOf(context, name, tensor), headBytes: 4 * rows * width };
}

/** The rows of a segment in a matrix of all keys, `row` floats each. */
export function segmentOf({ keys }: Call, { first }: Segment, matrix: number, row: number): RowsAt {
  return { address: matrix + 4 * first * row, headBytes: 4 * keys.length * row };
}

/** What all scans of a call have in common. */
export function scanShape(
  call: Call,
  of: Pick<ScanShape, "x" | "xRow" | "yRow" | "z" | "outRow" | "reverse">,
): ScanShape {
  return { ...of, causal: call.causal, chunk: chunkOf(call.causal, of), scaled: call.map.kind === "favor+" };
}

/**
 * Columns of a chunk. Causal rows take half a chunk's columns one by one, so short ones are better until their sums,
 * x·z numbers, are much more than their columns.
 */
function chunkOf(causal: boolean, { x, z }: Pick<ScanShape, "x" | "z">): number {
  if (!causal) return 256;
  return x * z <= 2 ** 14 ? 64 : 128;
}

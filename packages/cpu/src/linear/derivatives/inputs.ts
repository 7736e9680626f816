import type { Tensor } from "@xattn/core";
import { addressOf } from "../../backend/tensors.ts";
import { type Call, rowsOfSegment, type Segment, segmentOf, segmentsOf } from "../call.ts";
import type { RowsAt } from "../run-rows.ts";
import type { Side } from "../scan/run.ts";

/** Rows of queries, or of a segment of keys, where they lie: all of them, or `within` a matrix. */
export interface InputRows {
  readonly side: Side;
  readonly rows: number;
  readonly scale: number;
  /** Queries: a factor on all features of one cancels, and with it what moves it. */
  readonly isQuery: boolean;
  readonly source: RowsAt;
  /** Where the rows lie in a matrix of the whole side. */
  within(matrix: number, row: number): RowsAt;
  /** A tensor of the same shape, such as a tangent, in the rows' own place. */
  like(name: string, tensor: Tensor): RowsAt;
}

export function inputRowsOfQueries(call: Call): InputRows {
  const { context, problem, queries, scales, sizes } = call;
  const at = (address: number, row: number): RowsAt => ({ address, headBytes: 4 * queries.length * row });
  return {
    side: queries,
    rows: queries.length,
    scale: scales.query,
    isQuery: true,
    source: at(addressOf(context, "query", problem.query), sizes.d),
    within: at,
    like: (name, tensor) => at(addressOf(context, name, tensor), sizes.d),
  };
}

export function inputRowsOfKeys(call: Call): readonly InputRows[] {
  return segmentsOf(call, "key").map((segment) => keyRows(call, segment));
}

function keyRows(call: Call, segment: Segment): InputRows {
  const { keys, scales, sizes } = call;
  return {
    side: keys,
    rows: segment.rows,
    scale: scales.key,
    isQuery: false,
    source: rowsOfSegment(call, segment, sizes.d),
    within: (matrix, row) => segmentOf(call, segment, matrix, row),
    like: (name, tensor) => rowsOfSegment(call, { ...segment, name, tensor }, sizes.d),
  };
}

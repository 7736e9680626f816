import { addressOf } from "../backend/tensors.ts";
import { type Call, rowsOfSegment, type Segment, segmentOf, segmentsOf } from "./call.ts";
import { extend } from "./extend.ts";
import { placeFeatures } from "./features/place.ts";
import { runRows } from "./run-rows.ts";

/** Features of all queries. */
export function queryFeatures(call: Call, target: number, targetRow: number): void {
  const { context, problem, queries, sizes } = call;
  placeFeatures(call, {
    heads: queries.heads,
    rows: queries.length,
    source: { address: addressOf(context, "query", problem.query), headBytes: 4 * queries.length * sizes.d },
    target: { address: target, headBytes: 4 * queries.length * targetRow },
    targetRow,
    scale: call.scales.query,
  });
}

/** Features of all keys, and the logarithms of the factors that they still need where `logScales` is not 0. */
export function keyFeatures(call: Call, target: number, targetRow: number, logScales: number): void {
  const { keys, sizes } = call;
  for (const segment of segmentsOf(call, "key")) {
    placeFeatures(call, {
      heads: keys.heads,
      rows: segment.rows,
      source: rowsOfSegment(call, segment, sizes.d),
      target: segmentOf(call, segment, target, targetRow),
      targetRow,
      scale: call.scales.key,
      ...(logScales !== 0 && { logScales: segmentOf(call, segment, logScales, 1) }),
    });
  }
}

/** Values in rows of a padded width, each followed by `last`. */
export function extendedValues(
  call: Call,
  segments: readonly Segment[],
  target: number,
  targetRow: number,
  last: number,
): void {
  const { context, keys, sizes } = call;
  const { e } = sizes;
  for (const segment of segments) {
    runRows(context, call.constants, {
      name: "extend",
      shape: { e, targetRow },
      make: () => extend(context.engine, { e, targetRow }),
      heads: keys.heads,
      rows: segment.rows,
      source: rowsOfSegment(call, segment, e),
      target: segmentOf(call, segment, target, targetRow),
      number: last,
    });
  }
}

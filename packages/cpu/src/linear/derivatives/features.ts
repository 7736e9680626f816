import type { Call } from "../call.ts";
import { elementwise } from "../features/elementwise.ts";
import { runRows } from "../run-rows.ts";
import { pullFavor, pushFavor } from "./favor/place.ts";
import type { InputRows } from "./inputs.ts";

/** φ of some rows and a gradient by it, both in matrices of the whole side. */
export interface Pulled {
  readonly features: number;
  readonly gradient: number;
}

/** Takes the gradient by features back to the inputs, into a matrix [heads, length, d]. */
export function pullFeatures(call: Call, rows: InputRows, { features, gradient }: Pulled, target: number): void {
  const { map, context, sizes } = call;
  if (map.kind === "favor+") {
    pullFavor(call, map, rows, { features, gradient }, target);
    return;
  }
  const { d } = sizes;
  const shape = {
    map: map.kind,
    gives: "slopes",
    width: d,
    otherRow: call.features.row,
    targetRow: d,
    pads: false,
  } as const;
  runRows(context, call.constants, {
    name: "elementwise",
    shape,
    make: () => elementwise(context.engine, shape),
    heads: rows.side.heads,
    rows: rows.rows,
    source: rows.source,
    other: rows.within(gradient, call.features.row),
    target: rows.within(target, d),
  });
}

/** Takes a tangent of the inputs on to their features, which lie in a matrix with the same rows. */
export function pushFeatures(
  call: Call,
  rows: InputRows,
  tangent: ReturnType<InputRows["like"]>,
  { features, target, row }: { readonly features: number; readonly target: number; readonly row: number },
): void {
  const { map, context, sizes } = call;
  if (map.kind === "favor+") {
    pushFavor(call, map, rows, tangent, { features, target, row });
    return;
  }
  const { d } = sizes;
  const shape = { map: map.kind, gives: "slopes", width: d, otherRow: d, targetRow: row, pads: true } as const;
  runRows(context, call.constants, {
    name: "elementwise",
    shape,
    make: () => elementwise(context.engine, shape),
    heads: rows.side.heads,
    rows: rows.rows,
    source: rows.source,
    other: tangent,
    target: rows.within(target, row),
  });
}

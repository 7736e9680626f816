import type { WasmFunction } from "../../../assembler/function.ts";
import type { Context } from "../../../backend/context.ts";
import type { Engine } from "../../../engine/engine.ts";
import type { Call } from "../../call.ts";
import { placeProjection } from "../../features/favor/place.ts";
import { type Favor, projectionOf } from "../../features/shape.ts";
import type { RowsAt } from "../../run-rows.ts";
import { padded } from "../../widths.ts";
import { placeWords } from "../../words.ts";
import type { InputRows } from "../inputs.ts";
import { pull } from "./pull.ts";
import { push } from "./push.ts";
import { derivativeScratch, derivativeWords, type FavorDerivativeShape } from "./shape.ts";

/** Takes the gradient by random features back to the inputs, into a matrix [heads, length, d]. */
export function pullFavor(
  call: Call,
  map: Favor,
  rows: InputRows,
  { features, gradient }: { readonly features: number; readonly gradient: number },
  target: number,
): void {
  const { row } = call.features;
  run(call, map, rows, {
    name: "pull",
    make: pull,
    featureRow: row,
    projection: placeRows(call.context, map, call.sizes.d, rows.scale),
    features: rows.within(features, row),
    moving: rows.within(gradient, row),
    target: rows.within(target, call.sizes.d),
  });
}

/** Takes a tangent of the inputs on to their random features. */
export function pushFavor(
  call: Call,
  map: Favor,
  rows: InputRows,
  tangent: RowsAt,
  at: { readonly features: number; readonly target: number; readonly row: number },
): void {
  run(call, map, rows, {
    name: "push",
    make: push,
    featureRow: at.row,
    projection: placeProjection(call.context, map, call.sizes.d, rows.scale),
    features: rows.within(at.features, at.row),
    tangent,
    moving: rows.within(at.target, at.row),
  });
}

interface Derivative {
  readonly name: string;
  make(engine: Engine, shape: FavorDerivativeShape): WasmFunction;
  readonly featureRow: number;
  readonly projection: number;
  readonly features: RowsAt;
  readonly tangent?: RowsAt;
  readonly moving: RowsAt;
  readonly target?: RowsAt;
}

const none: RowsAt = { address: 0, headBytes: 0 };

function run(call: Call, map: Favor, rows: InputRows, of: Derivative): void {
  const { context, constants, sizes } = call;
  const { engine, scratch, pool } = context;
  const { tangent = none, target = none } = of;
  const shape: FavorDerivativeShape = {
    form: map.form,
    features: map.features,
    d: sizes.d,
    featureRow: of.featureRow,
    moved: !rows.isQuery,
  };
  const tiles = Math.ceil(rows.rows / engine.tileRows);
  const { bytes } = derivativeScratch(engine, shape);
  const fields = {
    constants,
    scratch: scratch.take(bytes * pool.threads),
    scratchBytes: bytes,
    source: rows.source.address,
    sourceHead: rows.source.headBytes,
    features: of.features.address,
    featuresHead: of.features.headBytes,
    tangent: tangent.address,
    tangentHead: tangent.headBytes,
    moving: of.moving.address,
    movingHead: of.moving.headBytes,
    target: target.address,
    targetHead: target.headBytes,
    rows: rows.rows,
    tiles,
    projection: of.projection,
    ofNorm: (map.form === "trigonometric" ? 1 : -1) * rows.scale * rows.scale,
  };
  const descriptor = placeWords(context, derivativeWords, fields, ["ofNorm"]);
  const key = JSON.stringify([of.name, shape]);
  context.run(key, () => [of.make(engine, shape)], of.name, descriptor, rows.side.heads * tiles);
}

/** The random vectors as rows of a padded width, times a factor. */
function placeRows(context: Context, map: Favor, d: number, factor: number): number {
  const row = padded(d);
  const address = context.scratch.take(4 * map.features * row);
  const floats = context.float32.subarray(address / 4, address / 4 + map.features * row).fill(0);
  for (const [index, omega] of projectionOf(map, d).entries()) {
    floats.set(
      omega.map((value) => factor * value),
      index * row,
    );
  }
  return address;
}

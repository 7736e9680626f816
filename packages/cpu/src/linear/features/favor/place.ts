import type { Context } from "../../../backend/context.ts";
import type { Call } from "../../call.ts";
import { padded } from "../../widths.ts";
import { placeWords } from "../../words.ts";
import type { FeatureJob } from "../place.ts";
import { type Favor, projectionOf } from "../shape.ts";
import { favor } from "./kernel.ts";
import { type FavorShape, favorScratch, favorWords } from "./shape.ts";

/** Random features of some rows of each head. */
export function placeFavor(call: Pick<Call, "context" | "sizes" | "constants">, map: Favor, job: FeatureJob): void {
  const { context, sizes, constants } = call;
  const { engine, scratch, pool } = context;
  const { d } = sizes;
  const { form, features } = map;
  const shape: FavorShape = { form, features, d, targetRow: job.targetRow };
  const tiles = Math.ceil(job.rows / engine.tileRows);
  const { bytes } = favorScratch(engine, shape);
  // Exponentials are taken in base 2, sines of turns.
  const base = form === "trigonometric" ? 1 / (2 * Math.PI) : Math.LOG2E;
  const sign = form === "trigonometric" ? 1 : -1;
  const fields = {
    constants,
    scratch: scratch.take(bytes * pool.threads),
    scratchBytes: bytes,
    source: job.source.address,
    sourceHead: job.source.headBytes,
    target: job.target.address,
    targetHead: job.target.headBytes,
    rows: job.rows,
    tiles,
    projection: placeProjection(context, map, d, job.scale * base),
    starts: placeTable(context, features, 0, Number.NEGATIVE_INFINITY),
    mask: placeMask(context, features),
    logScales: job.logScales?.address ?? 0,
    logScalesHead: job.logScales?.headBytes ?? 0,
    ofNorm: (sign * job.scale * job.scale * Math.LOG2E) / 2,
  };
  const descriptor = placeWords(context, favorWords, fields, ["ofNorm"]);
  context.run(JSON.stringify(["favor", shape]), () => [favor(engine, shape)], "favor", descriptor, job.heads * tiles);
}

/** The random vectors as columns [d, padded features], times a factor; zeros pad. */
export function placeProjection(context: Context, map: Favor, d: number, factor: number): number {
  const row = padded(map.features);
  const address = context.scratch.take(4 * d * row);
  const floats = context.float32.subarray(address / 4, address / 4 + d * row).fill(0);
  for (const [column, omega] of projectionOf(map, d).entries()) {
    for (let index = 0; index < d; index += 1) floats[index * row + column] = factor * omega[index]!;
  }
  return address;
}

function placeTable(context: Context, features: number, value: number, pad: number): number {
  const address = context.scratch.take(4 * padded(features));
  const floats = context.float32.subarray(address / 4, address / 4 + padded(features));
  floats.fill(value, 0, features).fill(pad, features);
  return address;
}

function placeMask(context: Context, features: number): number {
  const address = context.scratch.take(4 * padded(features));
  context.int32
    .subarray(address / 4, address / 4 + padded(features))
    .fill(-1, 0, features)
    .fill(0, features);
  return address;
}

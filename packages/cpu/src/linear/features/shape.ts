import { type FeatureMap, favorProjection } from "@xattn/core";
import { padded } from "../widths.ts";

export type Elementwise = "elu+1" | "relu";
export type Favor = Extract<FeatureMap, { kind: "favor+" }>;

/** How features lie in memory: elements that count, and floats from one row to the next, zeros in between. */
export interface FeatureLayout {
  readonly width: number;
  readonly row: number;
}

/** Sines and cosines, and exponentials of both signs, lie in two halves. */
export function featureLayout(map: FeatureMap, d: number): FeatureLayout {
  if (map.kind !== "favor+") return { width: d, row: padded(d) };
  const half = padded(map.features);
  if (map.form === "positive") return { width: map.features, row: half };
  return { width: half + map.features, row: 2 * half };
}

/** Drawn once for a feature map object and width, for drawing costs more than a small attention. */
const drawn = new WeakMap<Favor, Map<number, readonly Float64Array[]>>();

export function projectionOf(map: Favor, d: number): readonly Float64Array[] {
  const known = drawn.get(map) ?? new Map<number, readonly Float64Array[]>();
  drawn.set(map, known);
  let rows = known.get(d);
  if (!rows) {
    rows = favorProjection(map, d);
    known.set(d, rows);
  }
  return rows;
}

import type { Engine } from "../../../engine/engine.ts";
import type { Favor } from "../../features/shape.ts";
import { rowMapScratch } from "../../row-map.ts";
import { padded } from "../../widths.ts";
import { wordsOf } from "../../words.ts";

export interface FavorDerivativeShape {
  readonly form: Favor["form"];
  readonly features: number;
  readonly d: number;
  /** Floats from one row of features, or of their gradients or tangents, to the next. */
  readonly featureRow: number;
  /** Whether the logarithm of the scale counts: for keys, not for queries, of which it cancels. */
  readonly moved: boolean;
}

/** Both derivatives share a descriptor. */
export const derivativeWords = wordsOf([
  /** x, before scaling. */
  "source",
  "sourceHead",
  "features",
  "featuresHead",
  /** Tangents of x, when features are pushed. */
  "tangent",
  "tangentHead",
  /** The gradient by features when it is pulled, their tangent when pushed. */
  "moving",
  "movingHead",
  /** The gradient by x, when it is pulled. */
  "target",
  "targetHead",
  "rows",
  "tiles",
  /** The random vectors times the scale of x: as rows of padded width, or as columns. */
  "projection",
  /** In float32: what the logarithm of the scale moves by along x·dx. */
  "ofNorm",
]);

export type DerivativeWord = keyof typeof derivativeWords.at;

/** Where a thread keeps what. `mapRow` has the start. */
export function derivativeScratch(engine: Engine, { features, d }: FavorDerivativeShape) {
  let at = rowMapScratch;
  const take = (floats: number) => {
    const start = at;
    at += Math.ceil(floats / 16) * 64;
    return start;
  };
  return {
    ofScale: take(engine.tileRows),
    slopes: take(engine.tileRows * padded(features)),
    rows: take(engine.tileRows * padded(d)),
    bytes: at + 64,
  };
}

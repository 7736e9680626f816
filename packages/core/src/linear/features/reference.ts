import type { FeatureMap } from "../../problem/variant.ts";
import { eluPlusOne } from "./elu-plus-one.ts";
import { hyperbolic } from "./favor/hyperbolic.ts";
import { positive } from "./favor/positive.ts";
import { projection } from "./favor/projection.ts";
import { trigonometric } from "./favor/trigonometric.ts";
import { relu } from "./relu.ts";

/** φ(x) = exp(logScale)·features, apart so that neither overflows. */
export interface ScaledFeatures {
  readonly features: Float64Array;
  readonly logScale: number;
}

/**
 * The feature map φ in float64 for vectors of width `d`, as a function of x. For FAVOR+ the caller scales x so that
 * q·k is the logit; its projection is drawn here.
 */
export function referenceFeatures(featureMap: FeatureMap, d: number): (x: Float64Array) => ScaledFeatures {
  switch (featureMap.kind) {
    case "elu+1":
      return (x) => ({ features: x.map(eluPlusOne), logScale: 0 });
    case "relu":
      return (x) => ({ features: x.map(relu), logScale: 0 });
    case "favor+": {
      const rows = projection(featureMap, d);
      const form = { positive, trigonometric, hyperbolic }[featureMap.form];
      return (x) => form(x, rows);
    }
  }
}

import { projection } from "../../linear/features/favor/projection.ts";
import type { ScaledFeatures } from "../../linear/features/reference.ts";
import type { FeatureMap } from "../../problem/variant.ts";
import { addScaled, dotAt } from "../flat.ts";

/** The derivative of φ(x) = exp(logScale)·f at one x, both ways. */
export interface FeatureDerivative {
  /** The gradient by x from those by f and by logScale, added to `into` from `start` on, times `factor`. */
  pull(ofFeatures: Float64Array, ofLogScale: number, factor: number, into: Float64Array, start: number): void;
  /** The tangents of f and of logScale from that of x, which is `factor` times what stands in `tangent` at `start`. */
  push(tangent: Float64Array, start: number, factor: number): ScaledFeatures;
}

/**
 * The derivative of a feature map for vectors of width d, as a function of x and of φ(x). Feature r moves along one
 * direction: ∂f_r/∂x = slope_r·direction_r.
 *
 * - elu+1 and relu: the direction is axis r; the slope is 1 for x_r > 0, else exp(x_r) or 0 (0 at relu's kink).
 * - FAVOR+: the direction is ω_r. Where f = exp(±ω·x − c) the slope is ±f, and logScale = c − ‖x‖²/2 + constant. The
 *   stabilizer c depends on x, but φ does not depend on c: held fixed on both sides, it gives the same derivative. Of
 *   sin and cos the slopes are cos and −sin, and logScale = ‖x‖²/2 + constant.
 */
export function featureDerivatives(
  featureMap: FeatureMap,
  d: number,
): (x: Float64Array, scaled: ScaledFeatures) => FeatureDerivative {
  if (featureMap.kind !== "favor+") {
    const ofNegative = featureMap.kind === "elu+1" ? Math.exp : () => 0;
    return (x) => elementwise(x.map((value) => (value > 0 ? 1 : ofNegative(value))));
  }
  const rows = projection(featureMap, d);
  const count = rows.length;
  const slopesOf = {
    positive: (features: Float64Array) => features,
    hyperbolic: (features: Float64Array) => features.map((feature, r) => (r < count ? feature : -feature)),
    trigonometric: (features: Float64Array) =>
      features.map((_, r) => (r < count ? features[r + count]! : -features[r - count]!)),
  }[featureMap.form];
  const ofLogScale = featureMap.form === "trigonometric" ? 1 : -1;
  return (x, { features }) => projected(x, slopesOf(features), rows, ofLogScale);
}

function elementwise(slopes: Float64Array): FeatureDerivative {
  return {
    pull(ofFeatures, _, factor, into, start) {
      for (let c = 0; c < slopes.length; c += 1) into[start + c]! += factor * slopes[c]! * ofFeatures[c]!;
    },
    push: (tangent, start, factor) => ({
      features: slopes.map((slope, c) => slope * factor * tangent[start + c]!),
      logScale: 0,
    }),
  };
}

function projected(
  x: Float64Array,
  slopes: Float64Array,
  rows: readonly Float64Array[],
  ofLogScale: number,
): FeatureDerivative {
  const direction = (r: number) => rows[r % rows.length]!;
  return {
    pull(ofFeatures, logScaleGradient, factor, into, start) {
      for (let r = 0; r < slopes.length; r += 1) {
        addScaled(into, start, factor * slopes[r]! * ofFeatures[r]!, direction(r), 0, x.length);
      }
      addScaled(into, start, factor * ofLogScale * logScaleGradient, x, 0, x.length);
    },
    push: (tangent, start, factor) => ({
      features: slopes.map((slope, r) => slope * factor * dotAt(direction(r), 0, tangent, start, x.length)),
      logScale: ofLogScale * factor * dotAt(x, 0, tangent, start, x.length),
    }),
  };
}

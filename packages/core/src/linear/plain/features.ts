import type { FeatureMap } from "../../problem/variant.ts";
import { eluPlusOne } from "../features/elu-plus-one.ts";
import { projection } from "../features/favor/projection.ts";
import { relu } from "../features/relu.ts";

/**
 * Writes the features of scale·x, x the `d` elements of `source` from `sourceStart`, into `target` from `targetStart`,
 * and returns the logarithm of the factor that they still need.
 */
export type WriteFeatures = (
  source: Float32Array,
  sourceStart: number,
  scale: number,
  target: Float32Array,
  targetStart: number,
) => number;

/** The float32 twin of `referenceFeatures`. */
export function plainFeatures(featureMap: FeatureMap, d: number): WriteFeatures {
  switch (featureMap.kind) {
    case "elu+1":
      return (source, sourceStart, _scale, target, targetStart) => {
        for (let index = 0; index < d; index += 1)
          target[targetStart + index] = eluPlusOne(source[sourceStart + index]!);
        return 0;
      };
    case "relu":
      return (source, sourceStart, _scale, target, targetStart) => {
        for (let index = 0; index < d; index += 1) target[targetStart + index] = relu(source[sourceStart + index]!);
        return 0;
      };
    case "favor+":
      return favorFeatures(featureMap, d);
  }
}

type Favor = Extract<FeatureMap, { kind: "favor+" }>;

function favorFeatures(featureMap: Favor, d: number): WriteFeatures {
  const rows = flatProjection(featureMap, d);
  const count = featureMap.features;
  const form = featureMap.form;
  const logCount = Math.log(form === "hyperbolic" ? 2 * count : count) / 2;
  return (source, sourceStart, scale, target, targetStart) => {
    const squaredNorm = project(rows, count, d, source, sourceStart, scale, target, targetStart);
    if (form === "trigonometric") {
      for (let index = targetStart; index < targetStart + count; index += 1) {
        const angle = target[index]!;
        target[index] = Math.sin(angle);
        target[index + count] = Math.cos(angle);
      }
      return squaredNorm / 2 - logCount;
    }
    let largest = form === "positive" ? Number.NEGATIVE_INFINITY : 0;
    for (let index = targetStart; index < targetStart + count; index += 1) {
      const value = form === "positive" ? target[index]! : Math.abs(target[index]!);
      if (value > largest) largest = value;
    }
    for (let index = targetStart; index < targetStart + count; index += 1) {
      const value = target[index]!;
      target[index] = Math.exp(value - largest);
      if (form === "hyperbolic") target[index + count] = Math.exp(-value - largest);
    }
    return largest - squaredNorm / 2 - logCount;
  };
}

/** Writes scale·Wx and returns ‖scale·x‖². */
function project(
  rows: Float32Array,
  count: number,
  d: number,
  source: Float32Array,
  sourceStart: number,
  scale: number,
  target: Float32Array,
  targetStart: number,
): number {
  let row = 0;
  for (; row + 4 <= count; row += 4) {
    let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
    const [row0, row1, row2, row3] = [row * d, (row + 1) * d, (row + 2) * d, (row + 3) * d];
    for (let index = 0; index < d; index += 1) {
      const x = source[sourceStart + index]!;
      sum0 += x * rows[row0 + index]!;
      sum1 += x * rows[row1 + index]!;
      sum2 += x * rows[row2 + index]!;
      sum3 += x * rows[row3 + index]!;
    }
    target[targetStart + row] = scale * sum0;
    target[targetStart + row + 1] = scale * sum1;
    target[targetStart + row + 2] = scale * sum2;
    target[targetStart + row + 3] = scale * sum3;
  }
  for (; row < count; row += 1) {
    let sum = 0;
    for (let index = 0; index < d; index += 1) sum += source[sourceStart + index]! * rows[row * d + index]!;
    target[targetStart + row] = scale * sum;
  }
  let squaredNorm = 0;
  for (let index = 0; index < d; index += 1) squaredNorm += source[sourceStart + index]! ** 2;
  return scale * scale * squaredNorm;
}

/** Drawn once for a feature map object and width, for drawing costs more than a small attention. */
const drawn = new WeakMap<Favor, Map<number, Float32Array>>();

function flatProjection(featureMap: Favor, d: number): Float32Array {
  const known = drawn.get(featureMap) ?? new Map<number, Float32Array>();
  drawn.set(featureMap, known);
  let rows = known.get(d);
  if (!rows) {
    rows = new Float32Array(featureMap.features * d);
    for (const [index, row] of projection(featureMap, d).entries()) rows.set(row, index * d);
    known.set(d, rows);
  }
  return rows;
}

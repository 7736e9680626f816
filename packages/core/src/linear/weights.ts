import type { AttentionProblem } from "../problem/problem.ts";
import type { FeatureMap } from "../problem/variant.ts";
import { cachedMatricesOf, dot, matricesOf } from "../reference/rows.ts";
import { zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkLinearProblem } from "./check.ts";
import { referenceFeatures } from "./features/reference.ts";
import { visibleKeys } from "./mask/reach.ts";
import { inputScales } from "./scale.ts";

/**
 * The attention weights that linear attention never forms, φ(qᵢ)·φ(kⱼ) / Σ φ(qᵢ)·φ(kⱼ), in float64 and in O(n·m): to
 * look at, and to check what the linear form computes. Rows sum to 1 or, where the denominator is 0, are zeros;
 * weights of trigonometric features may be negative.
 *
 * @returns [b, h, n, m]
 * @throws ShapeError, ArgumentError, UnsupportedError as `referenceLinearAttention` does
 */
export function referenceLinearWeights(problem: AttentionProblem, featureMap: FeatureMap): Tensor<"float64"> {
  const { sizes, reach } = checkLinearProblem(problem, featureMap);
  const { batch, heads, n, m, d } = sizes;
  const phi = referenceFeatures(featureMap, d);
  const scales = inputScales(featureMap, problem.scale, d);
  const query = matricesOf(problem.query);
  const key = cachedMatricesOf(problem.past?.key, problem.key, sizes);
  const weights = zeros([batch, heads, n, m], "float64");
  for (let b = 0; b < batch; b += 1) {
    for (let h = 0; h < heads; h += 1) {
      const keys = key(b, h).map((k) => phi(k.map((x) => scales.key * x)));
      for (const [i, q] of query(b, h).entries()) {
        const visible = keys.slice(0, visibleKeys(reach[b]!, i));
        const largest = visible.reduce((left, { logScale }) => Math.max(left, logScale), Number.NEGATIVE_INFINITY);
        const { features } = phi(q.map((x) => scales.query * x));
        const row = visible.map((k) => dot(features, k.features) * Math.exp(k.logScale - largest));
        const sum = row.reduce((left, weight) => left + weight, 0);
        if (sum === 0) continue;
        weights.data.set(
          row.map((weight) => weight / sum),
          ((b * heads + h) * n + i) * m,
        );
      }
    }
  }
  return weights;
}

import type { AttentionProblem } from "../problem/problem.ts";
import type { FeatureMap } from "../problem/variant.ts";
import { cachedMatricesOf, dot, matricesOf, type Rows } from "../reference/rows.ts";
import { zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkLinearProblem } from "./check.ts";
import { featureWidth } from "./features/check.ts";
import { referenceFeatures, type ScaledFeatures } from "./features/reference.ts";
import { visibleKeys } from "./mask/reach.ts";
import { inputScales } from "./scale.ts";

/**
 * Linear attention in float64, φ(Q)(φ(K)ᵀV) / φ(Q)(φ(K)ᵀ1) (Katharopoulos et al. 2020, equation 5), whatever the
 * element type of the inputs. With a causal mask the sums over keys run along (equations 8 to 12), so that each query
 * sees the state up to its own position.
 *
 * elu+1 and relu take Q and K as they are: a factor on their kernel cancels, so `scale` has no effect. FAVOR+
 * estimates exp(scale·q·k), with `scale` 1/√d when absent. A denominator of exactly 0 (no visible key, or no feature
 * in common, as relu may have it) gives zeros.
 *
 * @returns output [b, h, n, e] and the denominators [b, h, n], these up to a positive factor for each query
 * @throws ShapeError, ArgumentError when the problem or the feature map is not sound
 * @throws UnsupportedError for modifiers, bias, sinks, and masks other than causal and padding
 */
export function referenceLinearAttention(
  problem: AttentionProblem,
  featureMap: FeatureMap,
): { readonly output: Tensor<"float64">; readonly denominator: Tensor<"float64"> } {
  const { sizes, reach } = checkLinearProblem(problem, featureMap);
  const { batch, heads, n, d, e } = sizes;
  const phi = referenceFeatures(featureMap, d);
  const scales = inputScales(featureMap, problem.scale, d);
  const query = matricesOf(problem.query);
  const key = cachedMatricesOf(problem.past?.key, problem.key, sizes);
  const value = cachedMatricesOf(problem.past?.value, problem.value, sizes);
  const output = zeros([batch, heads, n, e], "float64");
  const denominator = zeros([batch, heads, n], "float64");

  for (let b = 0; b < batch; b += 1) {
    for (let h = 0; h < heads; h += 1) {
      const keys = featuresOf(key(b, h), scales.key, phi);
      const values = value(b, h);
      const state = emptyState(featureWidth(featureMap, d), e);
      let absorbed = 0;
      for (const [i, q] of featuresOf(query(b, h), scales.query, phi).entries()) {
        const visible = visibleKeys(reach[b]!, i);
        if (visible === 0) continue;
        for (; absorbed < visible; absorbed += 1) absorb(state, keys[absorbed]!, values[absorbed]!);
        const index = (b * heads + h) * n + i;
        const weight = dot(q.features, state.keySum);
        denominator.data[index] = weight;
        if (weight === 0) continue;
        for (const [column, sums] of state.keyValueSums.entries()) {
          output.data[index * e + column] = dot(q.features, sums) / weight;
        }
      }
    }
  }
  return { output, denominator };
}

/** The sums over the keys so far, all divided by exp(logScale) so that they stay in range. */
interface State {
  logScale: number;
  /** φ(K)ᵀV, one column of V at a time. */
  readonly keyValueSums: readonly Float64Array[];
  /** φ(K)ᵀ1 */
  readonly keySum: Float64Array;
}

function emptyState(r: number, e: number): State {
  return {
    logScale: Number.NEGATIVE_INFINITY,
    keyValueSums: Array.from({ length: e }, () => new Float64Array(r)),
    keySum: new Float64Array(r),
  };
}

function absorb(state: State, key: ScaledFeatures, value: Float64Array): void {
  const logScale = Math.max(state.logScale, key.logScale);
  const ofState = Math.exp(state.logScale - logScale);
  const ofKey = Math.exp(key.logScale - logScale);
  for (const [column, sums] of state.keyValueSums.entries()) add(sums, ofState, key.features, ofKey * value[column]!);
  add(state.keySum, ofState, key.features, ofKey);
  state.logScale = logScale;
}

function add(sums: Float64Array, ofSums: number, features: Float64Array, ofFeatures: number): void {
  for (let index = 0; index < sums.length; index += 1) {
    sums[index] = ofSums * sums[index]! + ofFeatures * features[index]!;
  }
}

function featuresOf(rows: Rows, scale: number, phi: (x: Float64Array) => ScaledFeatures): readonly ScaledFeatures[] {
  return rows.map((row) => phi(row.map((x) => scale * x)));
}

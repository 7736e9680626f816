import { checkLinearProblem } from "../../linear/check.ts";
import { referenceFeatures, type ScaledFeatures } from "../../linear/features/reference.ts";
import { visibleKeys } from "../../linear/mask/reach.ts";
import { inputScales } from "../../linear/scale.ts";
import type { AttentionProblem } from "../../problem/problem.ts";
import type { ProblemSizes } from "../../problem/sizes.ts";
import type { FeatureMap } from "../../problem/variant.ts";
import { dotAt } from "../flat.ts";
import type { InputArrays } from "../flow.ts";
import { type HeadPlace, headPlaces } from "../place.ts";
import { type FeatureDerivative, featureDerivatives } from "./feature-derivative.ts";

/** φ of one query or key, and the derivative there. */
export interface Lifted extends ScaledFeatures {
  readonly derivative: FeatureDerivative;
}

/** One query of linear attention and the keys that it sees. */
export interface KernelRow {
  readonly i: number;
  readonly query: Lifted;
  /** cⱼ: φ(kⱼ) = cⱼ·fⱼ, up to a factor of the row, which cancels. */
  readonly keyFactors: Float64Array;
  /** aⱼ = cⱼ·f(q)·fⱼ */
  readonly kernel: Float64Array;
  /** z = Σⱼ aⱼ */
  readonly denominator: number;
}

export interface KernelHead {
  readonly place: HeadPlace;
  /** The keys that some query of the head sees; no other is read. */
  readonly keys: readonly Lifted[];
  /** The rows whose denominator is not 0, one at a time. */
  rows(): Generator<KernelRow>;
}

/** Linear attention taken apart: the weights of a row are aⱼ/z. Nothing of size n·m is kept. */
export interface Kernel {
  /** Factors on queries and keys before φ. */
  readonly scales: { readonly query: number; readonly key: number };
  readonly featureWidth: number;
  heads(): Generator<KernelHead>;
}

/** @throws UnsupportedError, ArgumentError as linear attention itself does */
export function kernelOf(
  problem: AttentionProblem,
  featureMap: FeatureMap,
  sizes: ProblemSizes,
  inputs: InputArrays,
): Kernel {
  const { reach } = checkLinearProblem(problem, featureMap);
  const { n, d } = sizes;
  const phi = referenceFeatures(featureMap, d);
  const derivativeAt = featureDerivatives(featureMap, d);
  const scales = inputScales(featureMap, problem.scale, d);

  function lift(source: Float64Array, row: number, scale: number): Lifted {
    const x = source.slice(row * d, (row + 1) * d).map((value) => scale * value);
    const scaled = phi(x);
    return { ...scaled, derivative: derivativeAt(x, scaled) };
  }

  function* rowsOf({ batch, queryRow }: HeadPlace, keys: readonly Lifted[]): Generator<KernelRow> {
    for (let i = 0; i < n; i += 1) {
      const visible = keys.slice(0, visibleKeys(reach[batch]!, i));
      const query = lift(inputs.query, queryRow + i, scales.query);
      const largest = visible.reduce((maximum, key) => Math.max(maximum, key.logScale), Number.NEGATIVE_INFINITY);
      const keyFactors = Float64Array.from(visible, (key) => Math.exp(key.logScale - largest));
      const width = query.features.length;
      const kernel = keyFactors.map((factor, j) => factor * dotAt(query.features, 0, visible[j]!.features, 0, width));
      const denominator = kernel.reduce((sum, value) => sum + value, 0);
      if (denominator !== 0) yield { i, query, keyFactors, kernel, denominator };
    }
  }

  return {
    scales,
    featureWidth: phi(new Float64Array(d)).features.length,
    *heads() {
      for (const place of headPlaces(sizes)) {
        let seen = 0;
        for (let i = 0; i < n; i += 1) seen = Math.max(seen, visibleKeys(reach[place.batch]!, i));
        const keys = Array.from({ length: seen }, (_, j) => lift(inputs.key, place.keyRow + j, scales.key));
        yield { place, keys, rows: () => rowsOf(place, keys) };
      }
    },
  };
}

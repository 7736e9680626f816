import type { AttentionProblem } from "../../problem/problem.ts";
import type { ProblemSizes } from "../../problem/sizes.ts";
import type { FeatureMap } from "../../problem/variant.ts";
import { addScaled, dotAt } from "../flat.ts";
import type { InputArrays, ResultArrays } from "../flow.ts";
import { kernelOf } from "./kernel-rows.ts";

/**
 * The forward derivative of linear attention, written to `results`. For each query, with aⱼ = φ(q)·φ(kⱼ), z = Σⱼ aⱼ
 * and pⱼ = aⱼ/z:
 *
 *     daⱼ = dφ(q)·φ(kⱼ) + φ(q)·dφ(kⱼ)        dpⱼ = (daⱼ − pⱼ·Σₖ daₖ) / z        dO = Σⱼ dpⱼ·vⱼ + pⱼ·dvⱼ
 */
export function linearJvp(
  problem: AttentionProblem,
  featureMap: FeatureMap,
  sizes: ProblemSizes,
  inputs: InputArrays,
  tangents: InputArrays,
  results: ResultArrays,
): void {
  const { m, d, e } = sizes;
  const { scales, featureWidth: width, heads } = kernelOf(problem, featureMap, sizes, inputs);
  for (const { place, keys, rows } of heads()) {
    const ofKeys = keys.map(({ derivative }, j) => derivative.push(tangents.key, (place.keyRow + j) * d, scales.key));
    for (const { i, query, keyFactors, kernel, denominator } of rows()) {
      const row = place.queryRow + i;
      // The tangent of the query's logScale scales the whole row and cancels.
      const ofQuery = query.derivative.push(tangents.query, row * d, scales.query).features;
      const ofKernel = kernel.map((a, j) => {
        const ofDot =
          dotAt(ofQuery, 0, keys[j]!.features, 0, width) + dotAt(query.features, 0, ofKeys[j]!.features, 0, width);
        return keyFactors[j]! * ofDot + a * ofKeys[j]!.logScale;
      });
      const sum = ofKernel.reduce((total, value) => total + value, 0);
      for (const [j, a] of kernel.entries()) {
        const weight = a / denominator;
        const ofWeight = (ofKernel[j]! - weight * sum) / denominator;
        if (results.weights) results.weights[row * m + j] = ofWeight;
        addScaled(results.output, row * e, ofWeight, inputs.value, (place.keyRow + j) * e, e);
        addScaled(results.output, row * e, weight, tangents.value, (place.keyRow + j) * e, e);
      }
    }
  }
}

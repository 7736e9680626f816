import type { AttentionProblem } from "../../problem/problem.ts";
import type { ProblemSizes } from "../../problem/sizes.ts";
import type { FeatureMap } from "../../problem/variant.ts";
import { addScaled, dotAt } from "../flat.ts";
import type { Cotangents, InputArrays } from "../flow.ts";
import { kernelOf } from "./kernel-rows.ts";

/**
 * The backward pass of linear attention, added to `gradients`. For each query, with the kernel aⱼ = φ(q)·φ(kⱼ), the
 * denominator z = Σⱼ aⱼ and the weights pⱼ = aⱼ/z of the keys it sees:
 *
 *     dVⱼ += pⱼ·dO         dPⱼ = dO·vⱼ + dWⱼ         daⱼ = (dPⱼ − Σₖ pₖ·dPₖ) / z
 *     dφ(q) = Σⱼ daⱼ·φ(kⱼ)        dφ(kⱼ) += daⱼ·φ(q)
 *
 * which summed over the queries are equations 13 to 15 of Katharopoulos et al. 2020 with the denominator included,
 * and then back through φ. The logScale of the query has gradient Σⱼ daⱼ·aⱼ = 0. Time is O(n·m).
 */
export function linearVjp(
  problem: AttentionProblem,
  featureMap: FeatureMap,
  sizes: ProblemSizes,
  inputs: InputArrays,
  cotangents: Cotangents,
  gradients: InputArrays,
): void {
  const { m, d, e } = sizes;
  const { scales, featureWidth: width, heads } = kernelOf(problem, featureMap, sizes, inputs);
  for (const { place, keys, rows } of heads()) {
    const ofKeyFeatures = keys.map(() => new Float64Array(width));
    const ofKeyLogScales = new Float64Array(keys.length);
    for (const { i, query, keyFactors, kernel, denominator } of rows()) {
      const row = place.queryRow + i;
      const ofWeights = kernel.map((_, j) => {
        const ofValue = dotAt(cotangents.output, row * e, inputs.value, (place.keyRow + j) * e, e);
        return ofValue + (cotangents.weights?.[row * m + j] ?? 0);
      });
      const mean = dotAt(kernel, 0, ofWeights, 0, kernel.length) / denominator;
      const ofQueryFeatures = new Float64Array(width);
      for (const [j, a] of kernel.entries()) {
        addScaled(gradients.value, (place.keyRow + j) * e, a / denominator, cotangents.output, row * e, e);
        const ofKernel = (ofWeights[j]! - mean) / denominator;
        const ofDot = ofKernel * keyFactors[j]!;
        addScaled(ofQueryFeatures, 0, ofDot, keys[j]!.features, 0, width);
        addScaled(ofKeyFeatures[j]!, 0, ofDot, query.features, 0, width);
        ofKeyLogScales[j]! += ofKernel * a;
      }
      query.derivative.pull(ofQueryFeatures, 0, scales.query, gradients.query, row * d);
    }
    for (const [j, { derivative }] of keys.entries()) {
      derivative.pull(ofKeyFeatures[j]!, ofKeyLogScales[j]!, scales.key, gradients.key, (place.keyRow + j) * d);
    }
  }
}

import { defaultChunk } from "../../problem/defaults.ts";
import type { AttentionProblem } from "../../problem/problem.ts";
import type { ProblemSizes } from "../../problem/sizes.ts";
import type { Variant } from "../../problem/variant.ts";
import { addScaled } from "../flat.ts";
import type { InputArrays, ResultArrays } from "../flow.ts";
import { type HeadPlace, headPlaces } from "../place.ts";
import { firstPass, recomputedWeights } from "./chunks.ts";
import { type RowVariant, rowJacobian, sensitivityMean } from "./row-jacobian.ts";
import { scoresOf } from "./scores.ts";

/**
 * The forward derivative of exact attention, written to `results`. For each query, with s of the row Jacobian and dx
 * the tangents of its logits, the sink's among them:
 *
 *     dpⱼ = sⱼ·(dxⱼ − Σₖ sₖ·dxₖ / Σₖ sₖ)        dL = Σₖ pₖ·dxₖ
 *     dO = Σⱼ dpⱼ·vⱼ + pⱼ·dvⱼ
 */
export function exactJvp(
  problem: AttentionProblem,
  variant: Exclude<Variant, { kind: "linear" }>,
  sizes: ProblemSizes,
  inputs: InputArrays,
  tangents: InputArrays,
  results: ResultArrays,
): void {
  const { n, m, e } = sizes;
  const scores = scoresOf(problem, sizes, inputs);

  for (const place of headPlaces(sizes)) {
    for (let i = 0; i < n; i += 1) {
      if (variant.kind === "chunked") pushChunks(place, i, variant.chunk ?? defaultChunk);
      else pushRow(place, i, variant);
    }
  }

  function pushRow(place: HeadPlace, i: number, rowVariant: RowVariant): void {
    const { logit, tangent } = sinkOf(place);
    const { weights, sensitivities } = rowJacobian(rowVariant, scores.row(place, i, 0, m), logit);
    const ofLogits = logitTangents(place, i, 0, m, weights);
    ofLogits[m] = tangent;
    const mean = sensitivityMean(sensitivities, ofLogits);
    results.logSumExp?.fill(mean, place.queryRow + i, place.queryRow + i + 1);
    pushKeys(place, i, 0, m, weights, sensitivities, ofLogits, mean);
  }

  function pushChunks(place: HeadPlace, i: number, chunk: number): void {
    const { logit, tangent } = sinkOf(place);
    const { logSumExp, mean } = firstPass(
      m,
      chunk,
      { logit, u: tangent },
      (from, to) => scores.row(place, i, from, to),
      (from, weights) => logitTangents(place, i, from, from + weights.length, weights),
    );
    results.logSumExp?.fill(mean, place.queryRow + i, place.queryRow + i + 1);
    for (let from = 0; from < m; from += chunk) {
      const to = Math.min(m, from + chunk);
      const weights = recomputedWeights(scores.row(place, i, from, to), logSumExp);
      pushKeys(place, i, from, to, weights, weights, logitTangents(place, i, from, to, weights), mean);
    }
  }

  /** dx of the keys from ≤ j < to whose weight is not 0. */
  function logitTangents(place: HeadPlace, i: number, from: number, to: number, weights: Float64Array): Float64Array {
    const ofLogits = new Float64Array(weights.length);
    for (let j = from; j < to; j += 1) {
      if (weights[j - from] !== 0) ofLogits[j - from] = scores.push(place, i, j, tangents);
    }
    return ofLogits;
  }

  function pushKeys(
    place: HeadPlace,
    i: number,
    from: number,
    to: number,
    weights: Float64Array,
    sensitivities: Float64Array,
    ofLogits: Float64Array,
    mean: number,
  ): void {
    const row = place.queryRow + i;
    for (let j = from; j < to; j += 1) {
      const weight = weights[j - from]!;
      if (weight === 0) continue;
      const ofWeight = sensitivities[j - from]! * (ofLogits[j - from]! - mean);
      if (results.weights) results.weights[row * m + j] = ofWeight;
      addScaled(results.output, row * e, ofWeight, inputs.value, (place.keyRow + j) * e, e);
      addScaled(results.output, row * e, weight, tangents.value, (place.keyRow + j) * e, e);
    }
  }

  function sinkOf({ head }: HeadPlace): { readonly logit: number; readonly tangent: number } {
    return { logit: inputs.sinks?.[head] ?? Number.NEGATIVE_INFINITY, tangent: tangents.sinks?.[head] ?? 0 };
  }
}

import { defaultChunk } from "../../problem/defaults.ts";
import type { AttentionProblem } from "../../problem/problem.ts";
import type { ProblemSizes } from "../../problem/sizes.ts";
import type { Variant } from "../../problem/variant.ts";
import { addScaled, dotAt } from "../flat.ts";
import type { Cotangents, InputArrays } from "../flow.ts";
import { type HeadPlace, headPlaces } from "../place.ts";
import { firstPass, recomputedWeights } from "./chunks.ts";
import { type RowVariant, rowJacobian, sensitivityMean } from "./row-jacobian.ts";
import { scoresOf } from "./scores.ts";

/**
 * The backward pass of exact attention, added to `gradients`. For each query i, with s of the row Jacobian (s = p for
 * softmax) and all sums over the keys of weight ≠ 0 (Dao et al. 2022, appendix B.2):
 *
 *     dVⱼ += pⱼ·dO         dPⱼ = dO·vⱼ + dWⱼ
 *     D = Σⱼ sⱼ·dPⱼ / Σⱼ sⱼ
 *     dxⱼ = sⱼ·(dPⱼ − D) + pⱼ·dL        and for the sink, which has no value: −s·D + p·dL
 *
 * with dW and dL the gradients by weights and log-sum-exp. Scratch is O(m); for chunked O(n + chunk).
 */
export function exactVjp(
  problem: AttentionProblem,
  variant: Exclude<Variant, { kind: "linear" }>,
  sizes: ProblemSizes,
  inputs: InputArrays,
  cotangents: Cotangents,
  gradients: InputArrays,
): void {
  const { n, m, e } = sizes;
  const scores = scoresOf(problem, sizes, inputs);

  for (const place of headPlaces(sizes)) {
    if (variant.kind === "chunked") pullChunks(place, variant.chunk ?? defaultChunk);
    else for (let i = 0; i < n; i += 1) pullRow(place, i, variant);
  }

  function pullRow(place: HeadPlace, i: number, rowVariant: RowVariant): void {
    const { weights, sensitivities } = rowJacobian(rowVariant, scores.row(place, i, 0, m), sinkOf(place));
    const ofWeights = weightGradients(place, i, 0, m, weights);
    const mean = sensitivityMean(sensitivities, ofWeights);
    const ofLogSumExp = cotangents.logSumExp?.[place.queryRow + i] ?? 0;
    pullKeys(place, i, 0, m, weights, sensitivities, ofWeights, mean, ofLogSumExp);
    pullSink(place, weights[m]! * ofLogSumExp - sensitivities[m]! * mean);
  }

  /** The keys of a chunk stay while the queries pass by, as in Dao et al. 2022, algorithm 4. */
  function pullChunks(place: HeadPlace, chunk: number): void {
    const sink = { logit: sinkOf(place), u: 0 };
    const rows = Array.from({ length: n }, (_, i) =>
      firstPass(
        m,
        chunk,
        sink,
        (from, to) => scores.row(place, i, from, to),
        (from, weights) => weightGradients(place, i, from, from + weights.length, weights),
      ),
    );
    for (let from = 0; from < m; from += chunk) {
      const to = Math.min(m, from + chunk);
      for (const [i, { logSumExp, mean }] of rows.entries()) {
        const weights = recomputedWeights(scores.row(place, i, from, to), logSumExp);
        const ofWeights = weightGradients(place, i, from, to, weights);
        const ofLogSumExp = cotangents.logSumExp?.[place.queryRow + i] ?? 0;
        pullKeys(place, i, from, to, weights, weights, ofWeights, mean, ofLogSumExp);
      }
    }
    for (const [i, { logSumExp, mean }] of rows.entries()) {
      const weight = sink.logit === Number.NEGATIVE_INFINITY ? 0 : Math.exp(sink.logit - logSumExp);
      pullSink(place, weight * ((cotangents.logSumExp?.[place.queryRow + i] ?? 0) - mean));
    }
  }

  /** dP of the keys from ≤ j < to whose weight is not 0; an entry for the sink, where there is one, stays 0. */
  function weightGradients(place: HeadPlace, i: number, from: number, to: number, weights: Float64Array): Float64Array {
    const ofWeights = new Float64Array(weights.length);
    const row = place.queryRow + i;
    for (let j = from; j < to; j += 1) {
      if (weights[j - from] === 0) continue;
      const ofValue = dotAt(cotangents.output, row * e, inputs.value, (place.keyRow + j) * e, e);
      ofWeights[j - from] = ofValue + (cotangents.weights?.[row * m + j] ?? 0);
    }
    return ofWeights;
  }

  function pullKeys(
    place: HeadPlace,
    i: number,
    from: number,
    to: number,
    weights: Float64Array,
    sensitivities: Float64Array,
    ofWeights: Float64Array,
    mean: number,
    ofLogSumExp: number,
  ): void {
    for (let j = from; j < to; j += 1) {
      const weight = weights[j - from]!;
      if (weight === 0) continue;
      addScaled(gradients.value, (place.keyRow + j) * e, weight, cotangents.output, (place.queryRow + i) * e, e);
      const ofLogit = sensitivities[j - from]! * (ofWeights[j - from]! - mean) + weight * ofLogSumExp;
      scores.pull(place, i, j, ofLogit, gradients);
    }
  }

  function sinkOf({ head }: HeadPlace): number {
    return inputs.sinks?.[head] ?? Number.NEGATIVE_INFINITY;
  }

  function pullSink({ head }: HeadPlace, gradient: number): void {
    if (gradients.sinks) gradients.sinks[head]! += gradient;
  }
}

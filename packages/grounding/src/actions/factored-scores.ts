import { bindShape, showShape, type Tensor, toFloat64 } from "@xattn/core";
import { projectionCost } from "./cost.ts";
import { type ActionFactors, factoredSizes, projected } from "./factors.ts";
import type { ActionInputs } from "./inputs.ts";
import { type Contraction, type LowRankActionScores, scoreActions } from "./score.ts";

/** Attention weights that are a product: α_ji = Σ_s words_js·objects_is. */
export interface FactoredWeights {
  /** [b, w, s] */
  readonly words: Tensor;
  /** [b, o, s] */
  readonly objects: Tensor;
}

/**
 * As `trilinearActionScores`, for weights α of rank s that are given as a product and never multiplied out:
 * S_r = Σ_s (Σⱼ words_js·v_jr)·(Σᵢ objects_is·u_ir), which is (w + o + 1)·s·r multiply-adds after the projections; no
 * term has w·o in it. Such are the weights of linear attention, s features with the denominator in the words' factor
 * (Katharopoulos et al. 2020), and with s = 1 weights that are one distribution over words times one over objects. The
 * softmax of a logit matrix is of full rank in general: then this form is an approximation made by whoever factors it.
 *
 * @throws ShapeError when inputs, weights and factors do not fit each other
 */
export function factoredActionScores(
  inputs: ActionInputs & { readonly weights: FactoredWeights },
  factors: ActionFactors,
): LowRankActionScores {
  const sizes = factoredSizes(inputs, factors);
  const { batch, objects, words, rank } = sizes;
  const source = `objects ${showShape(inputs.objects.shape)} and words ${showShape(inputs.words.shape)}`;
  const { s } = bindShape("weights.words", inputs.weights.words, ["b", "w", "s"], { b: batch, w: words }, source);
  const ofWords = `${source}, and weights.words ${showShape(inputs.weights.words.shape)}`;
  bindShape("weights.objects", inputs.weights.objects, ["b", "o", "s"], { b: batch, o: objects, s }, ofWords);
  const u = projected(inputs.objects, factors.object);
  const v = projected(inputs.words, factors.word);
  const a = projected(inputs.actions, factors.action);
  const left = toFloat64(inputs.weights.words);
  const right = toFloat64(inputs.weights.objects);
  const { scores, multiplyAdds } = scoreActions(sizes, a, false, (b) => {
    const byWord = gather(left, v, b, words, s, rank);
    const byObject = gather(right, u, b, objects, s, rank);
    return join(byWord, byObject, s, rank);
  });
  return { scores, multiplyAdds: multiplyAdds + projectionCost(sizes) };
}

/** Σ over rows of weights_·s·features_·r: [s, r] of one batch entry. */
function gather(
  weights: Float64Array,
  features: Float64Array,
  batch: number,
  rows: number,
  s: number,
  rank: number,
): Contraction {
  const sums = new Float64Array(s * rank);
  for (let row = batch * rows; row < (batch + 1) * rows; row += 1) {
    for (let part = 0; part < s; part += 1) {
      const weight = weights[row * s + part]!;
      for (let r = 0; r < rank; r += 1) sums[part * rank + r]! += weight * features[row * rank + r]!;
    }
  }
  return { sums, multiplyAdds: rows * s * rank };
}

function join(left: Contraction, right: Contraction, s: number, rank: number): Contraction {
  const sums = new Float64Array(rank);
  for (let part = 0; part < s; part += 1) {
    for (let r = 0; r < rank; r += 1) sums[r]! += left.sums[part * rank + r]! * right.sums[part * rank + r]!;
  }
  return { sums, multiplyAdds: left.multiplyAdds + right.multiplyAdds + s * rank };
}

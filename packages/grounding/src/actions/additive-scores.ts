import { type Projection, toFloat64 } from "@xattn/core";
import { type ActionFactors, factoredSizes, projected } from "./factors.ts";
import { readWeights, type WeightedActionInputs } from "./inputs.ts";
import { type LowRankActionScores, scoreActions } from "./score.ts";

/**
 * Σᵢ Σⱼ αᵢⱼ·f(oᵢ, wⱼ, aₖ) for the additive f = Σ_r ((Uo)_r + (Vw)_r)·(Aa)_r, where an action asks the object and the
 * word separately. All it needs of α are its sums over words and over objects, 2·w·o additions, for any α. Then
 * Σᵢ αᵢ·Uoᵢ = U·Σᵢ αᵢoᵢ: the features are summed first and projected once, o·do + w·dw and (do + dw)·r multiply-adds,
 * below the w·o + (w + o)·r that comes of projecting first.
 *
 * @throws ShapeError when inputs and factors do not fit each other
 */
export function additiveActionScores(inputs: WeightedActionInputs, factors: ActionFactors): LowRankActionScores {
  const sizes = factoredSizes(inputs, factors);
  const weights = readWeights(inputs.weights, sizes);
  const { batch, objects, words, actions, objectWidth, wordWidth, actionWidth, rank } = sizes;
  const objectRows = toFloat64(inputs.objects);
  const wordRows = toFloat64(inputs.words);
  const a = projected(inputs.actions, factors.action);
  const { scores, multiplyAdds } = scoreActions(sizes, a, weights.perAction, (b, k) => {
    const alpha = weights.matrix(b, k);
    const ofObjects = new Float64Array(objects);
    const ofWords = new Float64Array(words);
    for (let j = 0; j < words; j += 1) {
      for (let i = 0; i < objects; i += 1) {
        ofObjects[i]! += alpha[j * objects + i]!;
        ofWords[j]! += alpha[j * objects + i]!;
      }
    }
    const ofObject = projectSum(ofObjects, objectRows, b, objectWidth, factors.object, rank);
    const ofWord = projectSum(ofWords, wordRows, b, wordWidth, factors.word, rank);
    return {
      sums: ofObject.map((x, r) => x + ofWord[r]!),
      multiplyAdds: 2 * words * objects + objects * objectWidth + words * wordWidth + (objectWidth + wordWidth) * rank,
    };
  });
  return { scores, multiplyAdds: multiplyAdds + batch * actions * actionWidth * rank };
}

/** Σᵢ weightᵢ·(xᵢ·W + bias) = (Σᵢ weightᵢ·xᵢ)·W + (Σᵢ weightᵢ)·bias */
function projectSum(
  weights: Float64Array,
  rows: Float64Array,
  batch: number,
  width: number,
  { weight, bias }: Projection,
  rank: number,
): Float64Array {
  const sum = new Float64Array(width);
  let total = 0;
  for (const [index, share] of weights.entries()) {
    const start = (batch * weights.length + index) * width;
    for (let column = 0; column < width; column += 1) sum[column]! += share * rows[start + column]!;
    total += share;
  }
  const matrix = toFloat64(weight);
  const shift = bias && toFloat64(bias);
  return Float64Array.from({ length: rank }, (_, r) =>
    sum.reduce((dot, x, column) => dot + x * matrix[column * rank + r]!, shift ? total * shift[r]! : 0),
  );
}

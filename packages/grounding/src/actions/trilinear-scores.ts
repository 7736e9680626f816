import { projectionCost } from "./cost.ts";
import { type ActionFactors, factoredSizes, projected } from "./factors.ts";
import { readWeights, type WeightedActionInputs } from "./inputs.ts";
import { type Contraction, type LowRankActionScores, scoreActions } from "./score.ts";

/**
 * Σᵢ Σⱼ αᵢⱼ·f(oᵢ, wⱼ, aₖ) for the low-rank trilinear f = Σ_r (Uo)_r·(Vw)_r·(Aa)_r, exactly as `actionScores` has it, with
 * α given as it is.
 *
 * After the projections it takes S_r = Σᵢⱼ αᵢⱼ·u_ir·v_jr, which is nnz(α)·r + min(w, o)·r multiply-adds, and k·r more for
 * the actions: w·o·r rather than k·w·o times the cost of f. Only the pairs with a weight count, so hard or top-k
 * attention of t objects a word takes w·t·r after one look at each weight: O(w·o + (w + o)·r) for fixed t.
 *
 * For dense weights w·o·r cannot fall to w·o + (w + o)·r. S·1 = tr(αUVᵀ) is the trilinear form of matrix
 * multiplication, and its gradient with respect to α is VUᵀ. A program for a function gives one for its gradient at five
 * times the cost (Baur and Strassen 1983), so it would multiply matrices in the time of reading them. When α is itself of
 * low rank, `factoredActionScores` does without the pairs; when f is additive, `additiveActionScores` does with α's sums.
 *
 * @throws ShapeError when inputs and factors do not fit each other
 */
export function trilinearActionScores(inputs: WeightedActionInputs, factors: ActionFactors): LowRankActionScores {
  const sizes = factoredSizes(inputs, factors);
  const weights = readWeights(inputs.weights, sizes);
  const { objects, words, rank } = sizes;
  const u = projected(inputs.objects, factors.object);
  const v = projected(inputs.words, factors.word);
  const a = projected(inputs.actions, factors.action);
  const { scores, multiplyAdds } = scoreActions(sizes, a, weights.perAction, (b, k) => {
    const ofObjects = u.subarray(b * objects * rank, (b + 1) * objects * rank);
    const ofWords = v.subarray(b * words * rank, (b + 1) * words * rank);
    const alpha = weights.matrix(b, k);
    return words <= objects
      ? contractPairs({ outer: ofWords, inner: ofObjects, rank, weight: (j, i) => alpha[j * objects + i]! })
      : contractPairs({ outer: ofObjects, inner: ofWords, rank, weight: (i, j) => alpha[j * objects + i]! });
  });
  return { scores, multiplyAdds: multiplyAdds + projectionCost(sizes) };
}

interface Pairs {
  /** The side with fewer rows, [rows, r]. */
  readonly outer: Float64Array;
  readonly inner: Float64Array;
  readonly rank: number;
  weight(outer: number, inner: number): number;
}

/** S_r = Σ_p outer_pr·(Σ_q α_pq·inner_qr): the inner sums first, so that r products close each row of the outer side. */
function contractPairs({ outer, inner, rank, weight }: Pairs): Contraction {
  const sums = new Float64Array(rank);
  const gathered = new Float64Array(rank);
  const outerRows = rank === 0 ? 0 : outer.length / rank;
  const innerRows = rank === 0 ? 0 : inner.length / rank;
  let multiplyAdds = 0;
  for (let p = 0; p < outerRows; p += 1) {
    gathered.fill(0);
    for (let q = 0; q < innerRows; q += 1) {
      const alpha = weight(p, q);
      if (alpha === 0) continue;
      for (let r = 0; r < rank; r += 1) gathered[r]! += alpha * inner[q * rank + r]!;
      multiplyAdds += rank;
    }
    for (let r = 0; r < rank; r += 1) sums[r]! += outer[p * rank + r]! * gathered[r]!;
    multiplyAdds += rank;
  }
  return { sums, multiplyAdds };
}

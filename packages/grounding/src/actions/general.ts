import { type Tensor, toFloat64, zeros } from "@xattn/core";
import { actionSizes, readWeights, type WeightedActionInputs } from "./inputs.ts";

/** f(oᵢ, wⱼ, aₖ): how well an object, a word and an action go together. */
export type PairAction = (object: Float64Array, word: Float64Array, action: Float64Array) => number;

export interface GeneralActionScores {
  /** [b, k], float64 */
  readonly scores: Tensor<"float64">;
  /** Calls of f: one for each batch entry, action and pair whose weight is not 0. */
  readonly evaluations: number;
}

/**
 * ActionScore(aₖ) = Σᵢ Σⱼ αᵢⱼ·f(oᵢ, wⱼ, aₖ) for any f, at b·k·w·o calls of it, less those pairs whose
 * weight is exactly 0.
 *
 * @throws ShapeError when the tensors do not fit each other
 */
export function actionScores(inputs: WeightedActionInputs, f: PairAction): GeneralActionScores {
  const sizes = actionSizes(inputs);
  const weights = readWeights(inputs.weights, sizes);
  const object = rowsOf(inputs.objects);
  const word = rowsOf(inputs.words);
  const action = rowsOf(inputs.actions);
  const scores = zeros([sizes.batch, sizes.actions], "float64");
  let evaluations = 0;
  for (let b = 0; b < sizes.batch; b += 1) {
    for (let k = 0; k < sizes.actions; k += 1) {
      const alpha = weights.matrix(b, k);
      let score = 0;
      for (let j = 0; j < sizes.words; j += 1) {
        for (let i = 0; i < sizes.objects; i += 1) {
          const weight = alpha[j * sizes.objects + i]!;
          if (weight === 0) continue;
          score += weight * f(object(b, i), word(b, j), action(b, k));
          evaluations += 1;
        }
      }
      scores.data[b * sizes.actions + k] = score;
    }
  }
  return { scores, evaluations };
}

function rowsOf(source: Tensor): (batch: number, row: number) => Float64Array {
  const [, rows, width] = source.shape as [number, number, number];
  const data = toFloat64(source);
  return (batch, row) => data.subarray((batch * rows + row) * width, (batch * rows + row + 1) * width);
}

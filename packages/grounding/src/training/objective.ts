import type { Forward } from "../model/forward.ts";
import type { TrainingOptions } from "./options.ts";

/** Keeps the logarithm finite where sparse attention gives a cell nothing. */
const least = 1e-6;

export interface Objective {
  /** The sum over the words. */
  readonly loss: number;
  /** Words that have a target among the cells. */
  readonly words: number;
  /** Of these, those whose best cell has more than half of the largest coverage. */
  readonly hits: number;
  readonly gradient: { readonly scores: Float64Array } | { readonly weights: Float64Array };
}

/**
 * Σ_words −Σ_c t_c·log p_c, with the target t, and p the softmax of the scores or what the heads attend to in the mean.
 *
 * @param result one batch entry
 * @param targets [m, n]: each row sums to 1, or to 0 for a word that has no target among the cells
 */
export function crossEntropy(
  result: Forward,
  targets: Float64Array,
  heads: number,
  objective: TrainingOptions["objective"],
): Objective {
  const { words, cells, scores } = result;
  const through = objective === "scores" ? throughSoftmax(result) : throughAttention(result, heads);
  const gradient = new Float64Array(through.length);
  let loss = 0;
  let counted = 0;
  let hits = 0;
  for (let word = 0; word < words; word += 1) {
    const target = targets.subarray(word * cells, (word + 1) * cells);
    if (!target.some((share) => share > 0)) continue;
    counted += 1;
    const best = argmax(scores.subarray(word * cells, (word + 1) * cells));
    if (target[best]! > 0.5 * target[argmax(target)]!) hits += 1;
    loss += through.pull(word, target, gradient);
  }
  return {
    loss,
    words: counted,
    hits,
    gradient: objective === "scores" ? { scores: gradient } : { weights: gradient },
  };
}

interface Through {
  readonly length: number;
  /** The cross-entropy of one word, whose gradient is written into `gradient`. */
  pull(word: number, target: Float64Array, gradient: Float64Array): number;
}

function throughSoftmax({ scores, cells }: Forward): Through {
  return {
    length: scores.length,
    pull(word, target, gradient) {
      const row = scores.subarray(word * cells, (word + 1) * cells);
      const highest = row[argmax(row)]!;
      const exponentials = row.map((x) => Math.exp(x - highest));
      const sum = exponentials.reduce((total, x) => total + x, 0);
      const logSumExp = highest + Math.log(sum);
      let loss = 0;
      for (let cell = 0; cell < cells; cell += 1) {
        loss += target[cell]! * (logSumExp - row[cell]!);
        gradient[word * cells + cell] = exponentials[cell]! / sum - target[cell]!;
      }
      return loss;
    },
  };
}

/** p_c = (Σ_h a_hc + hε) / Σ_c' (Σ_h a_hc' + hε) */
function throughAttention({ weights, words, cells }: Forward, heads: number): Through {
  return {
    length: weights.length,
    pull(word, target, gradient) {
      const mass = new Float64Array(cells).fill(heads * least);
      for (let head = 0; head < heads; head += 1) {
        for (let cell = 0; cell < cells; cell += 1) mass[cell]! += weights[(head * words + word) * cells + cell]!;
      }
      const sum = mass.reduce((total, x) => total + x, 0);
      let loss = 0;
      for (let cell = 0; cell < cells; cell += 1) {
        if (target[cell]! > 0) loss += target[cell]! * Math.log(sum / mass[cell]!);
        const of = 1 / sum - target[cell]! / mass[cell]!;
        for (let head = 0; head < heads; head += 1) gradient[(head * words + word) * cells + cell] = of;
      }
      return loss;
    },
  };
}

function argmax(values: Float64Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index += 1) if (values[index]! > values[best]!) best = index;
  return best;
}

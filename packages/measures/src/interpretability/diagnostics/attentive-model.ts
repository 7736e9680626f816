import { softmax, softmaxGradient } from "../explained/scores.ts";
import type { ModelParameters, Sizes } from "./parameters.ts";

/** One example in and out of the model, with what its gradient needs. */
export interface Pass {
  /** [m, w] */
  readonly items: Float64Array;
  /** The mean item [w], or zeros for a model without context. */
  readonly context: Float64Array;
  /** [m, k] */
  readonly hidden: Float64Array;
  /** [m] */
  readonly weights: Float64Array;
  readonly learned: boolean;
  /** Σ weightsᵢ·hiddenᵢ, [k] */
  readonly summary: Float64Array;
  /** Probabilities [c] */
  readonly scores: Float64Array;
}

/**
 * hᵢ = tanh(A·xᵢ + B·x̄ + b), αᵢ = softmax(u·hᵢ), scores = softmax(R·Σαᵢhᵢ + r): attention over items and a readout of
 * what it gathers, after the classifiers of Jain and Wallace (2019), with the mean item x̄ for context in place of an
 * LSTM's states.
 *
 * @param given weights in place of the model's own
 */
export function forward(
  parameters: ModelParameters,
  { width, hidden: units, classes }: Sizes,
  items: Float64Array,
  contextual: boolean,
  given?: Float64Array,
): Pass {
  const count = items.length / width;
  const context = new Float64Array(width);
  if (contextual)
    for (let index = 0; index < items.length; index += 1) context[index % width]! += items[index]! / count;
  const shared = Float64Array.from({ length: units }, (_, unit) => {
    return parameters.bias[unit]! + row(parameters.context, unit, context, 0, width);
  });
  const hidden = Float64Array.from({ length: count * units }, (_, index) => {
    const unit = index % units;
    return Math.tanh(shared[unit]! + row(parameters.item, unit, items, Math.floor(index / units), width));
  });
  const weights =
    given ??
    softmax(Float64Array.from({ length: count }, (_, item) => row(parameters.attention, 0, hidden, item, units)));
  const summary = new Float64Array(units);
  for (let index = 0; index < hidden.length; index += 1) {
    summary[index % units]! += weights[Math.floor(index / units)]! * hidden[index]!;
  }
  const logits = Float64Array.from(
    { length: classes },
    (_, of) => parameters.readoutBias[of]! + row(parameters.readout, of, summary, 0, units),
  );
  return { items, context, hidden, weights, learned: given === undefined, summary, scores: softmax(logits) };
}

/**
 * Adds to `gradients` those of a loss, from its gradients by the scores [c] and by the weights [m], where the weights
 * are the model's own.
 */
export function backward(
  parameters: ModelParameters,
  { width, hidden: units, classes }: Sizes,
  pass: Pass,
  byScores: Float64Array,
  byWeights: Float64Array | undefined,
  gradients: ModelParameters,
): void {
  const { items, context, hidden, weights, summary, scores } = pass;
  const byLogits = softmaxGradient(scores, byScores);
  const bySummary = new Float64Array(units);
  for (let of = 0; of < classes; of += 1) {
    gradients.readoutBias[of]! += byLogits[of]!;
    for (let unit = 0; unit < units; unit += 1) {
      gradients.readout[of * units + unit]! += byLogits[of]! * summary[unit]!;
      bySummary[unit]! += byLogits[of]! * parameters.readout[of * units + unit]!;
    }
  }
  const slope = weights.map((_, item) => (byWeights?.[item] ?? 0) + row(bySummary, 0, hidden, item, units));
  const byItemLogits = pass.learned ? softmaxGradient(weights, slope) : new Float64Array(weights.length);
  for (let index = 0; index < hidden.length; index += 1) {
    const [item, unit] = [Math.floor(index / units), index % units];
    const value = hidden[index]!;
    gradients.attention[unit]! += byItemLogits[item]! * value;
    const byHidden = weights[item]! * bySummary[unit]! + byItemLogits[item]! * parameters.attention[unit]!;
    const byInput = byHidden * (1 - value * value);
    gradients.bias[unit]! += byInput;
    for (let at = 0; at < width; at += 1) {
      gradients.item[unit * width + at]! += byInput * items[item * width + at]!;
      gradients.context[unit * width + at]! += byInput * context[at]!;
    }
  }
}

/** The inner product of a row of one matrix with a row of another, both of this width. */
function row(left: Float64Array, leftRow: number, right: Float64Array, rightRow: number, width: number): number {
  let sum = 0;
  for (let at = 0; at < width; at += 1) sum += left[leftRow * width + at]! * right[rightRow * width + at]!;
  return sum;
}

import {
  type AttentionProblem,
  attention,
  attentionVjp,
  joinHeads,
  type Projection,
  project,
  ShapeError,
  splitHeads,
  type Tensor,
  tensor,
  toFloat64,
} from "@xattn/core";
import { attentionMap } from "./attention-map.ts";
import type { Explained, ExplainedAttention } from "./explained.ts";
import { softmax, softmaxGradient } from "./scores.ts";

/**
 * Cross-attention with a readout: queries attend to items, the heads' outputs are joined, averaged over the queries and
 * projected to classes. Letters: h heads, n queries, w features an item, d and e widths of a head, c classes.
 */
export interface AttentionClassifier {
  /** [1, h, n, d] */
  readonly query: Tensor;
  /** [w, h·d] */
  readonly key: Projection;
  /** [w, h·e] */
  readonly value: Projection;
  /** [h·e, c] */
  readonly readout: Projection;
  /** Whether scores are softmax probabilities, as when absent, or what the readout gives. */
  readonly scores?: "probabilities" | "logits";
}

/**
 * A classifier and an example for the measures to explain, in float64; gradients come from `attentionVjp`.
 *
 * @param inputs [m, w]
 * @throws ShapeError, ArgumentError where classifier and inputs do not fit each other
 */
export function explainClassifier(
  { query, key, value, readout, scores = "probabilities" }: AttentionClassifier,
  inputs: Tensor,
): Explained & ExplainedAttention {
  const [items, width] = inputs.shape as [number, number];
  if (inputs.shape.length !== 2) throw new ShapeError(`inputs: shape [${inputs.shape.join(", ")}] needs to be [m, w]`);
  const [heads, queries] = query.shape.slice(1, 3) as [number, number];
  const back = { key: transposed(key), value: transposed(value), readout: transposed(readout) };

  const problemOf = (features: Float64Array): AttentionProblem => {
    const context = tensor([1, items, width], features);
    return { query, key: splitHeads(project(context, key), heads), value: splitHeads(project(context, value), heads) };
  };
  const scoresOf = (output: Tensor): Float64Array => {
    const logits = project(meanOverQueries(joinHeads(output)), readout).data as Float64Array;
    return scores === "logits" ? logits : softmax(logits);
  };
  /** From the gradient by the scores to that by the heads' outputs, [1, h, n, e]. */
  const outputGradientOf = (output: Tensor, scoresGradient: Float64Array): Tensor => {
    const logitsGradient = scores === "logits" ? scoresGradient : softmaxGradient(scoresOf(output), scoresGradient);
    const mean = project(tensor([logitsGradient.length], logitsGradient), back.readout).data;
    const joined = Float64Array.from(
      { length: queries * mean.length },
      (_, index) => mean[index % mean.length]! / queries,
    );
    return splitHeads(tensor([1, queries, mean.length], joined), heads);
  };

  const problem = problemOf(toFloat64(inputs));
  const values = problem.value as Tensor<"float64">;
  const { weights } = attend(problem);
  const weighted = (own: Float64Array) => weightedValues(own, values, queries);
  return {
    items,
    inputs: toFloat64(inputs),
    attention: attentionMap(weights!),
    predict: (features) => scoresOf(attend(problemOf(features)).output),
    gradient(features, target) {
      const at = problemOf(features);
      const { output } = attend(at);
      const scoresGradient = Float64Array.from(scoresOf(output), (_, index) => (index === target ? 1 : 0));
      const gradients = attentionVjp(at, outputGradientOf(output, scoresGradient));
      const byKey = project(joinHeads(gradients.key), back.key).data as Float64Array;
      const byValue = project(joinHeads(gradients.value), back.value).data as Float64Array;
      return byKey.map((gradient, index) => gradient + byValue[index]!);
    },
    decide: (own) => scoresOf(weighted(own)),
    decideGradient(own, scoresGradient) {
      return weightsGradient(outputGradientOf(weighted(own), scoresGradient), values, queries);
    },
  };
}

function attend({ query, key, value, ...rest }: AttentionProblem) {
  return attention(query, key, value, { ...rest, weights: true, backend: "reference" });
}

/** weights·V for each head, [1, h, n, e]. */
function weightedValues(weights: Float64Array, value: Tensor<"float64">, queries: number): Tensor<"float64"> {
  const [, heads, items, width] = value.shape as [number, number, number, number];
  const output = new Float64Array(heads * queries * width);
  for (let row = 0; row < heads * queries; row += 1) {
    const head = Math.floor(row / queries);
    for (let item = 0; item < items; item += 1) {
      const weight = weights[row * items + item]!;
      for (let at = 0; at < width; at += 1) {
        output[row * width + at]! += weight * value.data[(head * items + item) * width + at]!;
      }
    }
  }
  return tensor([1, heads, queries, width], output);
}

/** dO·Vᵀ for each head, [h, n, m]. */
function weightsGradient({ data }: Tensor, value: Tensor<"float64">, queries: number): Float64Array {
  const [, heads, items, width] = value.shape as [number, number, number, number];
  const gradient = new Float64Array(heads * queries * items);
  for (let row = 0; row < heads * queries; row += 1) {
    const head = Math.floor(row / queries);
    for (let item = 0; item < items; item += 1) {
      let sum = 0;
      for (let at = 0; at < width; at += 1) {
        sum += data[row * width + at]! * value.data[(head * items + item) * width + at]!;
      }
      gradient[row * items + item] = sum;
    }
  }
  return gradient;
}

function meanOverQueries({ shape, data }: Tensor): Tensor<"float64"> {
  const [, queries, width] = shape as [number, number, number];
  const mean = new Float64Array(width);
  for (let index = 0; index < data.length; index += 1) mean[index % width]! += data[index]! / queries;
  return tensor([width], mean);
}

function transposed({ weight }: Projection): Projection {
  const [rows, columns] = weight.shape as [number, number];
  const data = toFloat64(weight);
  return {
    weight: tensor(
      [columns, rows],
      Float64Array.from(
        { length: data.length },
        (_, index) => data[(index % rows) * columns + Math.floor(index / rows)]!,
      ),
    ),
  };
}

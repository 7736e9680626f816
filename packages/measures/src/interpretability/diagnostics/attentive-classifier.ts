import { ArgumentError, seededRandom } from "@xattn/core";
import { decisionOf } from "../explained/scores.ts";
import { adam } from "./adam.ts";
import { backward, forward, type Pass } from "./attentive-model.ts";
import type { AttentionFamily, Explanations, TrainedAttention, WeightsSource } from "./family.ts";
import { adversarialLoss, crossEntropy, type Loss } from "./loss.ts";
import { emptyParameters, randomParameters, type Sizes } from "./parameters.ts";

/** A bag of items with its class. */
export interface LabelledItems {
  /** [m, w]; m may differ from example to example */
  readonly items: Float64Array;
  /** 0 to c − 1 */
  readonly label: number;
}

export interface AttentiveClassifierOptions {
  /** w */
  readonly width: number;
  /** c */
  readonly classes: number;
  readonly training: readonly LabelledItems[];
  readonly heldOut: readonly LabelledItems[];
  /** Hidden units; 8 when absent. */
  readonly hidden?: number;
  /** Passes over the training examples; 40 when absent. */
  readonly epochs?: number;
  /** Examples a step; 16 when absent. */
  readonly batch?: number;
  /** The rate of Adam; 0.02 when absent. */
  readonly rate?: number;
}

/**
 * A small family for the diagnostics: attention over bags of items and a readout, with hand-written gradients, trained
 * by Adam. The performance is the accuracy on the held-out examples. An adversarial model starts from the seed, not
 * from the base model.
 *
 * @throws ArgumentError without examples, or with items that are not of the width
 */
export function attentiveClassifier(options: AttentiveClassifierOptions): AttentionFamily {
  const { training, heldOut, width, classes, hidden = 8, epochs = 40, batch = 16, rate = 0.02 } = options;
  const sizes: Sizes = { width, hidden, classes };
  checkExamples("training", training, width);
  checkExamples("heldOut", heldOut, width);
  return {
    train(body, source, seed) {
      const random = seededRandom(seed);
      const parameters = randomParameters(sizes, random.fork("parameters"));
      const run = (set: "training" | "heldOut", example: number): Pass => {
        const { items } = options[set][example]!;
        return forward(
          parameters,
          sizes,
          items,
          body === "contextual",
          givenWeights(source, set, example, items, width),
        );
      };
      const optimizer = adam(parameters.all.length, rate);
      const order = random.fork("order");
      for (let epoch = 0; epoch < epochs; epoch += 1) {
        const shuffled = order.shuffle(training.map((_, example) => example));
        for (let start = 0; start < shuffled.length; start += batch) {
          const gradients = emptyParameters(sizes);
          for (const example of shuffled.slice(start, start + batch)) {
            const pass = run("training", example);
            const { byScores, byWeights } = lossOf(source, pass, example, training[example]!.label);
            backward(parameters, sizes, pass, byScores, byWeights, gradients);
          }
          optimizer.step(parameters.all, gradients.all);
        }
      }
      return trained(training, heldOut, run);
    },
  };
}

function trained(
  training: readonly LabelledItems[],
  heldOut: readonly LabelledItems[],
  run: (set: "training" | "heldOut", example: number) => Pass,
): TrainedAttention {
  const explain = (set: "training" | "heldOut", examples: readonly LabelledItems[]): Explanations => {
    const passes = examples.map((_, example) => run(set, example));
    return { weights: passes.map(({ weights }) => weights), scores: passes.map(({ scores }) => scores) };
  };
  const seen = explain("heldOut", heldOut);
  const right = heldOut.filter(({ label }, example) => decisionOf(seen.scores[example]!) === label).length;
  return { performance: right / heldOut.length, training: explain("training", training), heldOut: seen };
}

function lossOf(source: WeightsSource, { scores, weights }: Pass, example: number, label: number): Loss {
  if (source.kind !== "adversarial") return crossEntropy(scores, label);
  const base = source.from.training;
  return adversarialLoss(
    scores,
    weights,
    { scores: base.scores[example]!, weights: base.weights[example]! },
    source.lambda,
  );
}

/** The weights that a source gives an example; nothing when the model makes its own. */
function givenWeights(
  source: WeightsSource,
  set: "training" | "heldOut",
  example: number,
  items: Float64Array,
  width: number,
): Float64Array | undefined {
  switch (source.kind) {
    case "uniform":
      return new Float64Array(items.length / width).fill(width / items.length);
    case "frozen":
      return source.from[set].weights[example];
    default:
      return undefined;
  }
}

function checkExamples(name: string, examples: readonly LabelledItems[], width: number): void {
  if (examples.length === 0) throw new ArgumentError(`${name}: there are no examples; needs at least one`);
  const wrong = examples.findIndex(({ items }) => items.length === 0 || items.length % width !== 0);
  if (wrong >= 0) {
    throw new ArgumentError(
      `${name}: example ${wrong} has ${examples[wrong]!.items.length} numbers; needs a multiple of the width ${width}`,
    );
  }
}

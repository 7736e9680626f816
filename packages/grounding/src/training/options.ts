import { ArgumentError } from "@xattn/core";
import type { ModelOptions } from "../model/options.ts";
import type { AdamOptions } from "./adam.ts";

/** How a model is trained. All of it is plain data, and goes into the record. */
export interface TrainingOptions {
  /** The form of the model; its widths of words and regions come from the data set. */
  readonly model: Omit<ModelOptions, "wordWidth" | "regionWidth">;
  /** Radii of the neighbourhoods whose mean features a cell has. */
  readonly radii: readonly number[];
  readonly seed: number;
  readonly epochs: number;
  /** Scenes a step. */
  readonly batch: number;
  /** Cells of a scene, drawn at random for each step, over which the cross-entropy is taken. */
  readonly cells: number;
  /** Standard deviation of the normal noise on every number of a word, whose root mean square is 1. */
  readonly wordNoise: number;
  /**
   * Whose cross-entropy with the coverage is made small: that of the softmax of the scores, or that of the mean of the
   * heads' attention in the model's variant, brought to a sum of 1. The second goes through the attention itself, and
   * takes longer.
   */
  readonly objective: "scores" | "weights";
  /** The learning rate rises over 50 steps and then falls to 0 as a cosine. */
  readonly adam: AdamOptions;
}

/** Chosen on nouns that were held out of the seen ones; see the README. */
export const defaultTraining: TrainingOptions = {
  model: {
    heads: 4,
    headWidth: 12,
    valueWidth: 12,
    mixedWidth: 48,
    hiddenWidth: 64,
    fusion: "late",
    direction: "languageAttendsVision",
    variant: { kind: "standard" },
    cosine: false,
  },
  radii: [0, 1, 2, 4],
  seed: 1,
  epochs: 7,
  batch: 8,
  cells: 128,
  wordNoise: 0.8,
  objective: "scores",
  adam: { learningRate: 4e-3, decay: [0.9, 0.99], epsilon: 1e-8, weightDecay: 0.3 },
};

/** Some of the options, and some of the model's; the rest as in `defaultTraining`. */
export type SomeTrainingOptions = Partial<Omit<TrainingOptions, "model" | "adam">> & {
  readonly model?: Partial<TrainingOptions["model"]>;
  readonly adam?: Partial<AdamOptions>;
};

/** @throws ArgumentError naming the option, what it is and what it needs */
export function trainingOptions(some: SomeTrainingOptions): TrainingOptions {
  const { model, adam, ...rest } = some;
  const options = {
    ...defaultTraining,
    ...rest,
    model: { ...defaultTraining.model, ...model },
    adam: { ...defaultTraining.adam, ...adam },
  };
  needCount("batch", options.batch, 1);
  needCount("cells", options.cells, 1);
  needCount("epochs", options.epochs, 0);
  if (options.radii.length === 0) throw new ArgumentError("radii: none; needs at least one");
  for (const radius of options.radii) needCount("radii", radius, 0);
  if (!(options.wordNoise >= 0)) throw new ArgumentError(`wordNoise: ${options.wordNoise}; needs 0 or more`);
  return options;
}

function needCount(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new ArgumentError(`${name}: ${value}; needs an integer of at least ${least}`);
  }
}

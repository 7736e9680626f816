import { ArgumentError, type Random, seededRandom, tensor } from "@xattn/core";
import { forward } from "../model/forward.ts";
import type { GroundingModel } from "../model/model.ts";
import type { Gradients, Parameters } from "../model/options.ts";
import { initialParameters, parameterShapes, zeroGradients } from "../model/parameters.ts";
import { prepareRegions, prepareWord } from "../model/preparation.ts";
import { adamStep, type Moments } from "./adam.ts";
import { checkDataset, type GroundingDataset, targetsOf } from "./dataset.ts";
import { DivergedError } from "./errors.ts";
import { fitPreparation } from "./fit-preparation.ts";
import { crossEntropy } from "./objective.ts";
import { type SomeTrainingOptions, type TrainingOptions, trainingOptions } from "./options.ts";

/** What one step saw. */
export interface TrainingStep {
  /** 1, 2, 3, … */
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  /** Mean cross-entropy of the batch's words, in nats, before the step. */
  readonly loss: number;
  /** Share of the batch's words whose best cell has more than half of their largest coverage. */
  readonly accuracy: number;
}

/** How a model came to be. */
export interface TrainingRecord {
  readonly options: TrainingOptions;
  readonly steps: number;
  /** Losses and accuracies, averaged over the steps of each epoch that has ended. */
  readonly epochs: readonly { readonly loss: number; readonly accuracy: number }[];
}

/** All that training needs in order to go on as if it had not stopped, with the same data set and options. */
export interface Checkpoint {
  readonly parameters: Parameters;
  readonly moments: Moments;
  readonly epochs: TrainingRecord["epochs"];
  /** Sums over the steps of the epoch that has not ended. */
  readonly running: { readonly loss: number; readonly accuracy: number; readonly steps: number };
}

export interface TrainingHooks {
  /** Called after every step; must not change anything. */
  onStep?(step: TrainingStep): void;
  /** Where to go on from. */
  readonly from?: Checkpoint;
  /** Stop after this step; the schedule stays that of all steps. */
  readonly until?: number;
}

export interface Training {
  readonly model: GroundingModel;
  readonly record: TrainingRecord;
  readonly checkpoint: Checkpoint;
}

/** Steps over which the learning rate rises. */
const warmup = 50;

/**
 * Trains a model with Adam to point at what each noun of each scene names. In float64 and without any state but what is
 * returned: the same data set, options and seed give the same bits, with or without a stop in between.
 *
 * @throws ArgumentError when the data set or the options are not what they need to be
 * @throws DivergedError when a loss is not a finite number
 */
export function trainGrounding(
  dataset: GroundingDataset,
  some: SomeTrainingOptions = {},
  hooks: TrainingHooks = {},
): Training {
  const options = trainingOptions(some);
  checkDataset(dataset);
  const preparation = fitPreparation(dataset, options.radii);
  const modelOptions = {
    ...options.model,
    wordWidth: dataset.wordWidth,
    regionWidth: dataset.regionWidth * options.radii.length,
  };
  const seed = seededRandom(options.seed);
  if (hooks.from) checkShapes(hooks.from.parameters, parameterShapes(modelOptions));
  const parameters = hooks.from ? copied(hooks.from.parameters) : initialParameters(modelOptions, seed.fork("weights"));
  const moments: Moments = hooks.from
    ? copiedMoments(hooks.from.moments)
    : { step: 0, first: zeroGradients(parameters), second: zeroGradients(parameters) };
  const model: GroundingModel = { options: modelOptions, preparation, parameters };

  const { scenes, words } = dataset;
  const examples = scenes.map((scene) => {
    const targets = [...targetsOf(scene)].map(([noun, coverage]) => ({
      word: prepareWord(words[noun]!, preparation),
      coverage,
    }));
    return { regions: prepareRegions(scene.regions, preparation), targets };
  });
  const perEpoch = Math.ceil(scenes.length / options.batch);
  const steps = perEpoch * options.epochs;
  const until = Math.min(hooks.until ?? steps, steps);
  const epochs = [...(hooks.from?.epochs ?? [])];
  let running = hooks.from?.running ?? { loss: 0, accuracy: 0, steps: 0 };

  while (moments.step < until) {
    const epoch = Math.floor(moments.step / perEpoch);
    const place = moments.step % perEpoch;
    const order = seed.fork(`order ${epoch}`).shuffle(scenes.map((_, index) => index));
    const batch = order.slice(place * options.batch, (place + 1) * options.batch);
    const random = seed.fork(`step ${moments.step}`);
    const gradients = zeroGradients(parameters);
    let [loss, counted, hits] = [0, 0, 0];
    for (const index of batch) {
      const seen = lookAt(model, examples[index]!, options, random, gradients);
      loss += seen.loss;
      counted += seen.words;
      hits += seen.hits;
    }
    const mean = counted > 0 ? loss / counted : 0;
    if (!Number.isFinite(mean)) throw new DivergedError(moments.step + 1, mean, batch);
    scale(gradients, 1 / Math.max(1, counted));
    adamStep(parameters, gradients, moments, {
      ...options.adam,
      learningRate: options.adam.learningRate * schedule(moments.step, steps),
    });
    const accuracy = counted > 0 ? hits / counted : 0;
    running = { loss: running.loss + mean, accuracy: running.accuracy + accuracy, steps: running.steps + 1 };
    if (place === perEpoch - 1) {
      epochs.push({ loss: running.loss / running.steps, accuracy: running.accuracy / running.steps });
      running = { loss: 0, accuracy: 0, steps: 0 };
    }
    hooks.onStep?.({ step: moments.step, steps, epoch, loss: mean, accuracy });
  }
  return {
    model,
    record: { options, steps: moments.step, epochs },
    checkpoint: { parameters: copied(parameters), moments, epochs, running },
  };
}

function checkShapes(parameters: Parameters, shapes: Readonly<Record<string, readonly number[]>>): void {
  for (const [name, shape] of Object.entries(shapes)) {
    const found = parameters[name]?.shape;
    if (found?.join() !== shape.join()) {
      throw new ArgumentError(
        `from.parameters[${name}]: shape [${found?.join(", ") ?? "missing"}]; the options need [${shape.join(", ")}]`,
      );
    }
  }
}

interface Example {
  readonly regions: Float64Array;
  readonly targets: readonly { readonly word: Float64Array; readonly coverage: Float64Array }[];
}

/** Adds the gradients of one scene. */
function lookAt(
  { options: modelOptions, parameters }: GroundingModel,
  { regions, targets }: Example,
  options: TrainingOptions,
  random: Random,
  gradients: Gradients,
) {
  const { wordWidth, regionWidth, heads } = modelOptions;
  const all = regions.length / regionWidth;
  const chosen =
    options.cells < all
      ? random.shuffle(Array.from({ length: all }, (_, cell) => cell)).slice(0, options.cells)
      : undefined;
  const cells = chosen?.length ?? all;
  const seen = chosen ? rowsOf(regions, chosen, regionWidth) : regions;
  const words = targets.map(({ word }) =>
    options.wordNoise > 0 ? word.map((x) => x + options.wordNoise * random.normal()) : word,
  );
  const shares = targets.map(({ coverage }) => share(chosen ? rowsOf(coverage, chosen, 1) : coverage));
  const sum = { loss: 0, words: 0, hits: 0 };
  // A cell that chooses among words must not be told by the others which word is asked for: one at a time, as when used.
  const together = modelOptions.direction === "languageAttendsVision";
  const groups = together ? [targets.map((_, index) => index)] : targets.map((_, index) => [index]);
  for (const group of groups.filter(({ length }) => length > 0)) {
    const result = forward(parameters, modelOptions, {
      words: tensor([1, group.length, wordWidth], joined(group.map((index) => words[index]!))),
      regions: tensor([1, cells, regionWidth], seen),
    });
    const found = crossEntropy(result, joined(group.map((index) => shares[index]!)), heads, options.objective);
    result.pull(found.gradient, gradients);
    sum.loss += found.loss;
    sum.words += found.words;
    sum.hits += found.hits;
  }
  return sum;
}

function schedule(step: number, steps: number): number {
  return Math.min(1, (step + 1) / warmup) * 0.5 * (1 + Math.cos((Math.PI * step) / steps));
}

/** Divided by its sum, if that is not 0. */
function share(coverage: Float64Array): Float64Array {
  const sum = coverage.reduce((total, x) => total + x, 0);
  return sum > 0 ? coverage.map((x) => x / sum) : coverage;
}

function rowsOf(source: Float64Array, rows: readonly number[], width: number): Float64Array {
  const result = new Float64Array(rows.length * width);
  for (const [at, row] of rows.entries()) result.set(source.subarray(row * width, (row + 1) * width), at * width);
  return result;
}

function joined(pieces: readonly Float64Array[]): Float64Array {
  const result = new Float64Array(pieces.length * pieces[0]!.length);
  for (const [index, piece] of pieces.entries()) result.set(piece, index * piece.length);
  return result;
}

function scale(gradients: Gradients, factor: number): void {
  for (const gradient of Object.values(gradients)) {
    for (let index = 0; index < gradient.length; index += 1) gradient[index]! *= factor;
  }
}

function copied(parameters: Parameters): Parameters {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, data }]) => [name, tensor(shape, data.slice())]),
  );
}

function copiedMoments({ step, first, second }: Moments): Moments {
  const copy = (of: Gradients) => Object.fromEntries(Object.entries(of).map(([name, data]) => [name, data.slice()]));
  return { step, first: copy(first), second: copy(second) };
}

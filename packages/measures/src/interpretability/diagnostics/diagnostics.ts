import { ArgumentError } from "@xattn/core";
import { jensenShannon, totalVariation } from "../../robustness/response/distributions.ts";
import { mean } from "../../robustness/statistics.ts";
import type { AttentionFamily, TrainedAttention, WeightsSource } from "./family.ts";

/** How far one trained model is from another, means over the held-out examples. */
export interface ModelDifference {
  /** Of the weights, in nats, from 0 to ln 2. */
  readonly jensenShannon: number;
  /** Of the scores, from 0 to 1. */
  readonly totalVariation: number;
}

export interface UniformWeights {
  readonly learned: number;
  readonly uniform: number;
  /** learned − uniform: near 0 when attention is not needed for the task, and so cannot be tested on it. */
  readonly gap: number;
}

/** Performance with learned and with uniform weights, means over seeds (Wiegreffe and Pinter 2019, section 3.2). */
export function uniformWeights(family: AttentionFamily, seeds: readonly number[]): UniformWeights {
  const of = (kind: "learned" | "uniform") =>
    mean(needSeeds(seeds, 1).map((seed) => family.train("contextual", { kind }, seed).performance));
  const [learned, uniform] = [of("learned"), of("uniform")];
  return { learned, uniform, gap: learned - uniform };
}

/**
 * How far models of other seeds are from that of the first (section 3.3): what differs by chance alone, against which
 * an adversary's divergence is held.
 *
 * @throws ArgumentError for fewer than two seeds
 */
export function seedVariance(family: AttentionFamily, seeds: readonly number[]): readonly ModelDifference[] {
  const [base, ...others] = needSeeds(seeds, 2).map((seed) => family.train("contextual", { kind: "learned" }, seed));
  return others.map((other) => modelDifference(base!, other));
}

export interface FrozenWeights {
  /** Performance of a model that sees every item alone, by where its weights come from. */
  readonly uniform: number;
  readonly learned: number;
  readonly base: number;
  readonly adversarial: number;
}

/**
 * Weights as a guide to a model without context (section 3.4): they say something of the items themselves when weights
 * taken from a base model lead to a better one than uniform ones, or than its own. Means over seeds.
 *
 * @param adversarial a model such as `adversarialTraining` gives
 */
export function frozenWeights(
  family: AttentionFamily,
  base: TrainedAttention,
  adversarial: TrainedAttention,
  seeds: readonly number[],
): FrozenWeights {
  const of = (source: WeightsSource) =>
    mean(needSeeds(seeds, 1).map((seed) => family.train("itemwise", source, seed).performance));
  return {
    uniform: of({ kind: "uniform" }),
    learned: of({ kind: "learned" }),
    base: of({ kind: "frozen", from: base }),
    adversarial: of({ kind: "frozen", from: adversarial }),
  };
}

export interface AdversarialModel extends ModelDifference {
  readonly lambda: number;
  readonly performance: number;
  readonly model: TrainedAttention;
}

/**
 * Models that are trained to predict as a base model does with other weights, for each strength λ of the wish for other
 * weights (section 4, equation 1). Divergence against change of scores over λ is what they plot: attention is not
 * arbitrary when divergence costs more than it does between seeds.
 */
export function adversarialTraining(
  family: AttentionFamily,
  base: TrainedAttention,
  lambdas: readonly number[],
  seed: number,
): readonly AdversarialModel[] {
  return lambdas.map((lambda) => {
    const model = family.train("contextual", { kind: "adversarial", from: base, lambda }, seed);
    return { lambda, performance: model.performance, model, ...modelDifference(base, model) };
  });
}

/** Weights and scores of two models on the same held-out examples. */
export function modelDifference(base: TrainedAttention, other: TrainedAttention): ModelDifference {
  return {
    jensenShannon: mean(base.heldOut.weights.map((row, at) => jensenShannon(row, other.heldOut.weights[at]!))),
    totalVariation: mean(base.heldOut.scores.map((row, at) => totalVariation(row, other.heldOut.scores[at]!))),
  };
}

function needSeeds(seeds: readonly number[], least: number): readonly number[] {
  if (seeds.length < least) throw new ArgumentError(`seeds: ${seeds.length} of them; needs at least ${least}`);
  return seeds;
}

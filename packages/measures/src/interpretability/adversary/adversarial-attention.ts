import { ArgumentError, type Random } from "@xattn/core";
import { totalVariation } from "../../robustness/response/distributions.ts";
import type { AttentionMap, ExplainedAttention } from "../explained/explained.ts";
import { decisionOf } from "../explained/scores.ts";
import { byLogits, divergenceGradient, mapDivergence, weightsOf } from "./divergence.ts";
import { startsOf } from "./starts.ts";

export interface AdversaryOptions {
  /** The most that the scores may move, as total variation ½·Σ|Δ|; 0.01 when absent, as for classification there. */
  readonly epsilon?: number;
  /** Searches from different starts; 8 when absent. */
  readonly restarts?: number;
  /** Steps of a search; 100 when absent. */
  readonly steps?: number;
  /** The divergence, in nats, from which on attention counts as different; 0.1, a seventh of ln 2, when absent. */
  readonly different?: number;
}

export interface AdversarialAttention {
  /** The most divergent weights that were found, [heads, queries, items]: the model's own if none were. */
  readonly weights: Float64Array;
  /** Their mean divergence from the model's own, in nats; at most ln 2. */
  readonly jensenShannon: number;
  /** How far they move the scores: at most epsilon. */
  readonly outputChange: number;
  readonly sameDecision: boolean;
  /** Whether they are different attention with the same prediction. When not, none was found, which is no proof. */
  readonly found: boolean;
}

const firstStep = 1;
const longestStep = 4;
/** Where steps along the limit end, and steps up to it begin. */
const leastAlong = 1e-2;
const shortestStep = 1e-4;
const corrections = 5;
const halvings = 20;
/** Corrections aim within the limit, not at it, so that they end. */
const aim = 0.95;

/**
 * Adversarial attention: weights as far from the model's own as can be, by Jensen-Shannon divergence, that lead to the
 * same prediction (Jain and Wallace 2019, section 4.2.2, one distribution at a time). Projected gradient ascent on the
 * logits of the weights: where scores near the limit, the direction that moves them further is taken out of the step,
 * and weights past the limit are brought back to it. A step that gains nothing is halved; last are steps without that
 * projection, up to the limit. Only weights within the limit are returned; a higher divergence may exist.
 *
 * @throws ArgumentError for a negative epsilon
 */
export function adversarialAttention(
  explained: ExplainedAttention,
  random: Random,
  { epsilon = 0.01, restarts = 8, steps = 100, different = 0.1 }: AdversaryOptions = {},
): AdversarialAttention {
  if (!(epsilon >= 0)) throw new ArgumentError(`epsilon: ${epsilon} is not a number of at least 0`);
  const { attention } = explained;
  const limit = limitOf(explained, epsilon);
  let best = candidateOf(attention, attention.weights);
  for (const start of promising(explained, limit, restarts, random)) {
    let current = start;
    let length = firstStep;
    let along = true;
    for (let step = 0; step < steps && length >= shortestStep; step += 1) {
      const next = candidateOf(attention, stepped(explained, limit, current.weights, length, along));
      if (next.divergence > current.divergence) {
        current = next;
        length = Math.min(2 * length, longestStep);
      } else {
        length /= 2;
        if (along && length < leastAlong) [along, length] = [false, firstStep];
      }
    }
    if (current.divergence > best.divergence) best = current;
  }
  return {
    weights: best.weights,
    jensenShannon: best.divergence,
    outputChange: limit.changeOf(best.weights),
    sameDecision: decisionOf(explained.decide(best.weights)) === decisionOf(limit.scores),
    found: best.divergence >= different,
  };
}

/** The model's own scores, and how far others may be from them. */
interface Limit {
  readonly scores: Float64Array;
  readonly epsilon: number;
  changeOf(weights: Float64Array): number;
}

interface Candidate {
  readonly weights: Float64Array;
  readonly divergence: number;
}

function limitOf({ attention, decide }: ExplainedAttention, epsilon: number): Limit {
  const scores = decide(attention.weights);
  return { scores, epsilon, changeOf: (weights) => totalVariation(scores, decide(weights)) };
}

function candidateOf(attention: AttentionMap, weights: Float64Array): Candidate {
  return { weights, divergence: mapDivergence(attention, weights) };
}

/** The starts of most divergence, brought within the limit. */
function promising({ attention }: ExplainedAttention, limit: Limit, kept: number, random: Random): Candidate[] {
  return startsOf(attention, kept, limit.changeOf, random)
    .map((start) => candidateOf(attention, drawnBack(attention.weights, start, limit)))
    .sort((left, right) => right.divergence - left.divergence)
    .slice(0, kept);
}

/** A step of this length up the divergence, if asked for along the limit where scores are near it, and back within. */
function stepped(
  explained: ExplainedAttention,
  limit: Limit,
  weights: Float64Array,
  length: number,
  along: boolean,
): Float64Array {
  const { attention, decide, decideGradient } = explained;
  const { items } = attention;
  /** The gradient of ½·‖scores − own scores‖² by the logits: the way out. */
  const outwardAt = (at: Float64Array) => {
    const difference = decide(at).map((score, index) => score - limit.scores[index]!);
    return byLogits(items, at, decideGradient(at, difference));
  };
  let direction = divergenceGradient(attention, weights);
  if (along && 2 * limit.changeOf(weights) >= limit.epsilon) {
    const outward = outwardAt(weights);
    const share = dot(direction, outward) / dot(outward, outward);
    if (share > 0) direction = direction.map((value, index) => value - share * outward[index]!);
  }
  const norm = Math.sqrt(dot(direction, direction));
  if (norm === 0) return weights;
  // A weight of 0 has no finite logit: it starts from one that is as good as 0.
  let logits = weights.map((weight, index) => Math.log(weight + 1e-12) + (length * direction[index]!) / norm);
  for (let correction = 0; correction < corrections; correction += 1) {
    const at = weightsOf(items, logits);
    const change = limit.changeOf(at);
    if (change <= limit.epsilon) return at;
    const outward = outwardAt(at);
    const difference = decide(at).map((score, index) => score - limit.scores[index]!);
    const excess = (1 - (aim * limit.epsilon) / change) * dot(difference, difference);
    const scale = excess / dot(outward, outward);
    if (!Number.isFinite(scale)) break;
    logits = logits.map((value, index) => value - scale * outward[index]!);
  }
  return drawnBack(weights, weightsOf(items, logits), limit);
}

/** The farthest point on the way from weights within the limit to others that is within it, by bisection. */
function drawnBack(from: Float64Array, to: Float64Array, { epsilon, changeOf }: Limit): Float64Array {
  if (changeOf(to) <= epsilon) return to;
  const between = (share: number) => from.map((value, index) => value + share * (to[index]! - value));
  let [low, high] = [0, 1];
  for (let halving = 0; halving < halvings; halving += 1) {
    const middle = (low + high) / 2;
    if (changeOf(between(middle)) <= epsilon) low = middle;
    else high = middle;
  }
  return between(low);
}

function dot(left: Float64Array, right: Float64Array): number {
  return left.reduce((sum, value, index) => sum + value * right[index]!, 0);
}

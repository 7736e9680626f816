import { compileMask, compileModifiers, modifierDerivative } from "@xattn/masking";
import { broadcastSteps } from "../../problem/broadcast.ts";
import type { AttentionProblem } from "../../problem/problem.ts";
import type { ProblemSizes } from "../../problem/sizes.ts";
import { addScaled, dotAt } from "../flat.ts";
import type { HeadPlace } from "../place.ts";

/** What the logits are differentiated by: query [b, h, n, d], key [b, g, m, d] with the past, bias as it is stored. */
export interface ScoreInputs {
  readonly query: Float64Array;
  readonly key: Float64Array;
  readonly bias?: Float64Array;
}

/** The logits x = f(scale·q·k) + bias, f the modifiers one after the other, and their derivatives. */
export interface Scores {
  /** x of query i over the keys from ≤ j < to; −∞ where mask or bias forbid. */
  row(place: HeadPlace, i: number, from: number, to: number): Float64Array;
  /** Adds what a gradient dx at one logit gives: dq += dx·s·k, dk += dx·s·q, dbias += dx, with s = ∂x/∂(q·k). */
  pull(place: HeadPlace, i: number, j: number, gradient: number, into: ScoreInputs): void;
  /** The tangent of one logit: s·(dq·k + q·dk) + dbias. */
  push(place: HeadPlace, i: number, j: number, tangents: ScoreInputs): number;
}

export function scoresOf(
  problem: AttentionProblem,
  { batch, heads, n, m, d }: ProblemSizes,
  { query, key, bias }: ScoreInputs,
): Scores {
  const scale = problem.scale ?? 1 / Math.sqrt(d);
  const modifiers = problem.modifiers ?? [];
  const maskSizes = { batch, heads, queries: n, keys: m };
  const modify = compileModifiers(modifiers, maskSizes);
  const derivative = modifierDerivative(modifiers, maskSizes);
  const allows = compileMask(problem.mask ?? { kind: "all" }, maskSizes);
  const steps = problem.bias && broadcastSteps(problem.bias.shape, [batch, heads, n, m]);

  const biasIndex = (place: HeadPlace, i: number, j: number) =>
    place.batch * steps![0]! + place.head * steps![1]! + i * steps![2]! + j * steps![3]!;
  const scaled = ({ queryRow, keyRow }: HeadPlace, i: number, j: number) =>
    scale * dotAt(query, (queryRow + i) * d, key, (keyRow + j) * d, d);
  const slope = (place: HeadPlace, i: number, j: number) =>
    modifiers.length === 0 ? scale : scale * derivative(scaled(place, i, j), place.batch, place.head, i, j);

  return {
    row(place, i, from, to) {
      const logits = new Float64Array(to - from).fill(Number.NEGATIVE_INFINITY);
      for (let j = from; j < to; j += 1) {
        const offset = bias ? bias[biasIndex(place, i, j)]! : 0;
        if (offset === Number.NEGATIVE_INFINITY || !allows(place.batch, place.head, i, j)) continue;
        logits[j - from] = modify(scaled(place, i, j), place.batch, place.head, i, j) + offset;
      }
      return logits;
    },
    pull(place, i, j, gradient, into) {
      const ofProduct = gradient * slope(place, i, j);
      const q = (place.queryRow + i) * d;
      const k = (place.keyRow + j) * d;
      addScaled(into.query, q, ofProduct, key, k, d);
      addScaled(into.key, k, ofProduct, query, q, d);
      if (into.bias) into.bias[biasIndex(place, i, j)]! += gradient;
    },
    push(place, i, j, tangents) {
      const q = (place.queryRow + i) * d;
      const k = (place.keyRow + j) * d;
      const ofProduct = dotAt(tangents.query, q, key, k, d) + dotAt(query, q, tangents.key, k, d);
      const ofBias = tangents.bias ? tangents.bias[biasIndex(place, i, j)]! : 0;
      return slope(place, i, j) * ofProduct + ofBias;
    },
  };
}

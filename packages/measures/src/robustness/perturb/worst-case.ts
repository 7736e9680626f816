import { type AttentionProblem, attention, attentionVjp, type Random, type Tensor } from "@xattn/core";
import { leadingDirection } from "../sensitivity/jacobian.ts";
import { onBoundary, projected, steepest, sum } from "./ball.ts";
import { type Inputs, inputsOf, radiusOf, withInputs } from "./inputs.ts";
import type { AscentOptions, InputName, Norm } from "./perturbation.ts";

export interface WorstCase {
  readonly problem: AttentionProblem;
  /** ‖out′ − out‖₂ */
  readonly change: number;
}

/** Iterations that the first start spends on the leading singular direction; it need not be exact. */
const directionIterations = 8;

/**
 * Projected gradient ascent on ‖out(x + δ) − out(x)‖₂ (Madry et al. 2018, section 2, with the distance of outputs in
 * place of a loss): δ ← P(δ + αₜ·s), s the steepest step of the ball, P the projection onto it, and
 * αₜ = radius·(1 + cos(πt/T)), from twice the radius down, since most of the harm lies at the border (the first step
 * of Croce and Hein 2020). The gradient is that of `attentionVjp`.
 *
 * The first start is the leading right singular direction of the Jacobian, the best there is for a small ball, where
 * the gradient at δ = 0 vanishes; the others are random points of the border. Whatever did most harm is returned, so
 * more restarts and steps never find less.
 *
 * @param budget see `radiusOf`
 */
export function worstCase(
  problem: AttentionProblem,
  names: readonly InputName[],
  norm: Norm,
  budget: number,
  random: Random,
  { restarts = 4, steps = 20 }: AscentOptions = {},
): WorstCase {
  const inputs = inputsOf(problem, names);
  const radius = radiusOf(norm, inputs, budget);
  const clean = outputOf(problem);
  let worst: WorstCase = { problem, change: 0 };
  if (radius === 0) return worst;

  for (let restart = 0; restart < restarts; restart += 1) {
    let delta =
      restart === 0
        ? steepest(norm, leadingDirection(problem, names, random, directionIterations), radius)
        : onBoundary(norm, inputs, radius, random);
    for (let step = 0; ; step += 1) {
      const moved = withInputs(problem, names, sum(inputs, delta));
      const difference = minus(outputOf(moved), clean);
      const change = Math.hypot(...difference.data);
      if (change > worst.change) worst = { problem: moved, change };
      if (step === steps) break;
      const length = radius * (1 + Math.cos((Math.PI * step) / steps));
      delta = projected(norm, sum(delta, steepest(norm, gradientOf(moved, names, difference), length)), radius);
    }
  }
  return worst;
}

/** The output in float64. */
export function outputOf({ query, key, value, ...rest }: AttentionProblem): Tensor<"float64"> {
  return attention(query, key, value, { ...rest, backend: "reference" }).output as Tensor<"float64">;
}

function gradientOf(problem: AttentionProblem, names: readonly InputName[], outputGradient: Tensor): Inputs {
  const gradients = attentionVjp(problem, outputGradient);
  return names.map((name) => gradients[name]);
}

function minus(left: Tensor<"float64">, right: Tensor<"float64">): Tensor<"float64"> {
  return { ...left, data: left.data.map((value, index) => value - right.data[index]!) };
}

import { type AttentionProblem, attentionVjp, type Variant } from "@xattn/core";
import { projected, steepest, sum } from "../../perturb/ball.ts";
import { type Inputs, inputsOf, mapInputs, withInputs } from "../../perturb/inputs.ts";
import type { InputName, Norm } from "../../perturb/perturbation.ts";
import { outputOf } from "../../perturb/worst-case.ts";
import { type Found, harmed } from "./found.ts";

/** What is attacked: the inputs that may move, and the ball that they stay in. */
export interface Target {
  readonly problem: AttentionProblem;
  readonly names: readonly InputName[];
  readonly norm: Norm;
  readonly radius: number;
}

export interface AutoPgdOptions {
  readonly steps: number;
  /** The first step, relative to the radius; 2 when absent. Less stays near the start. */
  readonly stride?: number;
  /** Whose derivative shows the way, where the attacked variant's own is blind; the attacked variant when absent. */
  readonly slopeOf?: Variant;
}

const momentum = 0.75;
/** The first checkpoint, what a period is shorter than the last by, and the shortest, as shares of the steps. */
const [first, shorter, shortest] = [0.22, 0.03, 0.06];
/** Steps that must have climbed since the last checkpoint, as a share, for the step size to stay. */
const climbing = 0.75;

/**
 * Auto-PGD (Croce and Hein 2020): projected gradient ascent with momentum, from a step of twice the radius
 * (or `stride` times it) that is halved, back at the best point, whenever a checkpoint finds too few steps that climbed or no progress since
 * the last. It climbs ‖out(x + δ) − out(x)‖₂. With `slopeOf` the way back goes through a differentiable stand-in
 * (backward pass differentiable approximation, Athalye, Carlini and Wagner 2018).
 */
export function autoPgd(target: Target, start: Inputs, { steps, stride = 2, slopeOf }: AutoPgdOptions): Found {
  const { problem, names, norm, radius } = target;
  const inputs = inputsOf(problem, names);
  const clean = outputOf(problem);
  const slope = ({ moved, difference }: ReturnType<typeof harmed>): Inputs => {
    const gradients = attentionVjp(slopeOf ? { ...moved, variant: slopeOf } : moved, difference);
    return names.map((name) => gradients[name]);
  };
  let [at, before] = [start, start];
  let now = harmed(problem, names, inputs, clean, at);
  let best: Found = { delta: at, change: now.change };
  let length = stride * radius;
  let period = Math.max(1, Math.ceil(first * steps));
  let check = { at: 0, climbed: 0, best: best.change, halved: true };
  for (let step = 1; step <= steps; step += 1) {
    const ahead = projected(norm, sum(at, steepest(norm, slope(now), length)), radius);
    const share = step === 1 ? 1 : momentum;
    const next = mapInputs(ahead, (value, index, input) => {
      const [here, last] = [at[input]!.data[index]!, before[input]!.data[index]!];
      return here + share * (value - here) + (1 - share) * (here - last);
    });
    before = at;
    at = projected(norm, next, radius);
    const { change } = now;
    now = harmed(problem, names, inputs, clean, at);
    if (now.change > change) check.climbed += 1;
    if (now.change > best.change) best = { delta: at, change: now.change };
    if (step - check.at < period) continue;
    const halve = check.climbed < climbing * period || (!check.halved && best.change <= check.best);
    if (halve) {
      length /= 2;
      at = before = best.delta;
      now = harmed(problem, names, inputs, clean, at);
    }
    check = { at: step, climbed: 0, best: best.change, halved: halve };
    period = Math.max(1, Math.ceil(shortest * steps), period - Math.ceil(shorter * steps));
  }
  return best;
}

/** The inputs of a problem that lies within the ball, less those of the one in its middle. */
export function deltaOf({ problem, names }: Target, moved: AttentionProblem): Inputs {
  const inputs = inputsOf(problem, names);
  return mapInputs(inputsOf(moved, names), (value, index, input) => value - inputs[input]!.data[index]!);
}

export function movedBy({ problem, names }: Target, delta: Inputs): AttentionProblem {
  return withInputs(problem, names, sum(inputsOf(problem, names), delta));
}

import type { Random } from "@xattn/core";
import { type Inputs, mapInputs, normOf } from "./inputs.ts";
import type { Norm } from "./perturbation.ts";

/** The point of the ball nearest to δ. */
export function projected(norm: Norm, delta: Inputs, radius: number): Inputs {
  if (norm === "linf") return mapInputs(delta, (value) => Math.max(-radius, Math.min(radius, value)));
  const length = normOf(delta);
  return length <= radius ? delta : mapInputs(delta, (value) => (value * radius) / length);
}

/**
 * The step within the ball that a linear function with this gradient grows most along: radius·g/‖g‖₂ in l2,
 * radius·sign g in linf; 0 for a gradient of 0.
 */
export function steepest(norm: Norm, gradient: Inputs, radius: number): Inputs {
  if (norm === "linf") return mapInputs(gradient, (value) => radius * Math.sign(value));
  const length = normOf(gradient);
  return length === 0 ? gradient : mapInputs(gradient, (value) => (value * radius) / length);
}

/** A random perturbation that spends the whole budget: uniform on the sphere in l2, a corner of the box in linf. */
export function onBoundary(norm: Norm, like: Inputs, radius: number, random: Random): Inputs {
  return steepest(
    norm,
    mapInputs(like, () => random.normal()),
    radius,
  );
}

export function sum(left: Inputs, right: Inputs): Inputs {
  return mapInputs(left, (value, index, input) => value + right[input]!.data[index]!);
}

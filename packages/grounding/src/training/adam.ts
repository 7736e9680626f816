import type { Gradients, Parameters } from "../model/options.ts";

/** Adam's two running means for every parameter, and how many steps they have seen. */
export interface Moments {
  step: number;
  readonly first: Gradients;
  readonly second: Gradients;
}

export interface AdamOptions {
  readonly learningRate: number;
  /** β₁ and β₂ */
  readonly decay: readonly [number, number];
  readonly epsilon: number;
  /** Decoupled weight decay of the matrices (not of biases, temperatures and the mixture), times the learning rate. */
  readonly weightDecay: number;
}

/**
 * One step of Adam (Kingma and Ba 2015, algorithm 1), with decoupled weight decay (Loshchilov and Hutter 2019, algorithm
 * 2). Parameters and moments are changed in place.
 */
export function adamStep(parameters: Parameters, gradients: Gradients, moments: Moments, options: AdamOptions): void {
  const { learningRate, decay, epsilon, weightDecay } = options;
  const [beta1, beta2] = decay;
  moments.step += 1;
  const correction1 = 1 - beta1 ** moments.step;
  const correction2 = 1 - beta2 ** moments.step;
  for (const [name, { data, shape }] of Object.entries(parameters)) {
    const gradient = gradients[name]!;
    const first = moments.first[name]!;
    const second = moments.second[name]!;
    const shrink = shape.length === 2 ? 1 - learningRate * weightDecay : 1;
    for (let index = 0; index < data.length; index += 1) {
      const g = gradient[index]!;
      first[index] = beta1 * first[index]! + (1 - beta1) * g;
      second[index] = beta2 * second[index]! + (1 - beta2) * g * g;
      const direction = first[index]! / correction1 / (Math.sqrt(second[index]! / correction2) + epsilon);
      data[index] = shrink * data[index]! - learningRate * direction;
    }
  }
}

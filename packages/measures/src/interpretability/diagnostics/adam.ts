export interface Optimizer {
  /** Moves the parameters against the gradient, in place. */
  step(parameters: Float64Array, gradient: Float64Array): void;
}

/** Adam with the constants of its paper, β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸ (Kingma and Ba 2015, algorithm 1). */
export function adam(size: number, rate: number): Optimizer {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
  const first = new Float64Array(size);
  const second = new Float64Array(size);
  let time = 0;
  return {
    step(parameters, gradient) {
      time += 1;
      for (let index = 0; index < size; index += 1) {
        const slope = gradient[index]!;
        first[index] = beta1 * first[index]! + (1 - beta1) * slope;
        second[index] = beta2 * second[index]! + (1 - beta2) * slope * slope;
        const mean = first[index]! / (1 - beta1 ** time);
        const deviation = Math.sqrt(second[index]! / (1 - beta2 ** time));
        parameters[index]! -= (rate * mean) / (deviation + epsilon);
      }
    },
  };
}

import { normalCumulative } from "./normal-cumulative.ts";

/** σ, applied to each element. */
export type Activation = "identity" | "relu" | "gelu" | "tanh" | "sigmoid";

const functions: Readonly<Record<Activation, (x: number) => number>> = {
  identity: (x) => x,
  relu: (x) => Math.max(x, 0),
  gelu: (x) => (x === Number.NEGATIVE_INFINITY ? 0 : x * normalCumulative(x)),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};

/**
 * σ as a function of one float64 number: max(x, 0); x·Φ(x), the exact form of GELU (Hendrycks and Gimpel 2016), not the
 * one with tanh; tanh x; 1/(1 + e⁻ˣ).
 */
export function activationOf(activation: Activation): (x: number) => number {
  return functions[activation];
}

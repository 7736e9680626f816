/** Two vectors x and y of one length at an angle, by the norms that all formulas here depend on. */
export interface Pair {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** ‖x‖² + ‖y‖² */
  readonly norms: number;
  /** ‖x + y‖² */
  readonly sum: number;
  /** ‖x − y‖² */
  readonly difference: number;
  /** exp(x·y), what random features estimate. */
  readonly kernel: number;
}

/**
 * x and y of the given norm, `angle` degrees apart, in the first two of d ≥ 2 dimensions: the random vectors have no
 * preferred direction, orthogonal ones neither.
 */
export function pairAt(norm: number, angle: number, d: number): Pair {
  const radians = (angle * Math.PI) / 180;
  const at = (first: number, second: number) => {
    const vector = new Float64Array(d);
    vector[0] = norm * first;
    vector[1] = norm * second;
    return vector;
  };
  const cosine = Math.cos(radians);
  return {
    x: at(1, 0),
    y: at(cosine, Math.sin(radians)),
    norms: 2 * norm ** 2,
    sum: 2 * norm ** 2 * (1 + cosine),
    difference: 2 * norm ** 2 * (1 - cosine),
    kernel: Math.exp(norm ** 2 * cosine),
  };
}

/** What a function gives at one point of a line. */
export interface Sample {
  readonly results: readonly number[];
  /** Which piece of a piecewise smooth function the point lies on. */
  readonly piece: string;
}

export interface Measured {
  readonly tangent: readonly number[];
  /** False when the points looked at lie on several pieces, or the differences have not converged. */
  readonly reliable: boolean;
}

/** Central differences of all results at 0 along a line, extrapolated twice to an error of order 6 (Richardson). */
export function measuredTangent(at: (step: number) => Sample): Measured {
  const pieces = new Set([at(0).piece]);
  const central = (step: number) => {
    const [ahead, behind] = [step, -step].map((signed) => {
      const { results, piece } = at(signed);
      pieces.add(piece);
      return results;
    }) as [readonly number[], readonly number[]];
    // −∞ stays −∞: no difference.
    return ahead.map((value, index) => (value === behind[index] ? 0 : (value - behind[index]!) / (2 * step)));
  };
  const steps = [1e-3, 5e-4, 2.5e-4].map(central) as [number[], number[], number[]];
  const coarse = extrapolate(steps[0], steps[1], 4);
  const fine = extrapolate(steps[1], steps[2], 4);
  const tangent = extrapolate(coarse, fine, 16);
  const unrest = largest(tangent.map((value, index) => value - fine[index]!));
  return { tangent, reliable: pieces.size === 1 && unrest <= tolerance(largest(tangent), 1) };
}

const extrapolate = (coarse: readonly number[], fine: readonly number[], factor: number) =>
  coarse.map((value, index) => (factor * fine[index]! - value) / (factor - 1));

export const largest = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);

/** 1e-7 of the size, and what rounding in the results leaves in a difference quotient. */
export const tolerance = (size: number, results: number) => 1e-7 * size + 1e-11 * (1 + results);

/** Both sides of ⟨u, v⟩ as products, so that a difference can be measured against their size before cancellation. */
export function inner(left: ArrayLike<number>, right: ArrayLike<number>): { sum: number; size: number } {
  const products = Array.from(left, (value, index) => value * right[index]!);
  return { sum: products.reduce((a, b) => a + b, 0), size: products.reduce((a, b) => a + Math.abs(b), 0) };
}

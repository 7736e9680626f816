/** Nodes and weights of a quadrature on [0, 1]: ∫f ≈ Σ weights[k]·f(nodes[k]). */
export interface Quadrature {
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
}

const newtonSteps = 100;
const precision = 1e-15;

/**
 * Gauss-Legendre quadrature, exact for polynomials of degree below 2·points. The nodes are the roots of the Legendre
 * polynomial, by Newton's method from cos(π(k + ¾)/(points + ½)) (Press et al., Numerical Recipes, section 4.6).
 */
export function gaussLegendre(points: number): Quadrature {
  const nodes: number[] = [];
  const weights: number[] = [];
  for (let k = 0; k < points; k += 1) {
    let x = Math.cos((Math.PI * (k + 0.75)) / (points + 0.5));
    let slope = 0;
    for (let step = 0; step < newtonSteps; step += 1) {
      const { value, derivative } = legendre(points, x);
      slope = derivative;
      const change = value / derivative;
      x -= change;
      if (Math.abs(change) < precision) break;
    }
    nodes.push((1 - x) / 2);
    weights.push(1 / ((1 - x * x) * slope * slope));
  }
  return { nodes, weights };
}

/** The Legendre polynomial of a degree and its derivative at x, by the three-term recurrence. */
function legendre(degree: number, x: number): { readonly value: number; readonly derivative: number } {
  let [before, value] = [1, x];
  for (let n = 2; n <= degree; n += 1) [before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n];
  return { value, derivative: (degree * (x * value - before)) / (x * x - 1) };
}

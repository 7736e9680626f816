/**
 * Φ(x), the standard normal distribution function, to about 2⁻⁵² of absolute error:
 * Φ(x) = ½ + φ(x)·(x + x³/3 + x⁵/(3·5) + …) (Marsaglia 2004, "Evaluating the normal distribution"), whose terms all have
 * the sign of x.
 */
export function normalCumulative(x: number): number {
  if (x > 8.3) return 1;
  if (x < -8.3) return 0;
  let term = x;
  let sum = x;
  for (let odd = 3; Math.abs(term) > Math.abs(sum) * 2 ** -54; odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

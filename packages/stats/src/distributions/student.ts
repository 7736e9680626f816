import { gammaln } from "simple-statistics";
import { normalQuantile } from "./normal.ts";

/**
 * Quantile of Student's t distribution, for a probability in (0, 1) and at least one degree of freedom, by Newton
 * steps on the distribution function integrated in closed form for integer degrees of freedom
 * (Abramowitz and Stegun 26.7.3 and 26.7.4). Relative error below 1e-10.
 */
export function studentQuantile(probability: number, degreesOfFreedom: number): number {
  if (probability < 0.5) return -studentQuantile(1 - probability, degreesOfFreedom);
  const nu = degreesOfFreedom;
  const logScale = gammaln((nu + 1) / 2) - gammaln(nu / 2) - 0.5 * Math.log(nu * Math.PI);
  let low = 0;
  let high = Math.max(1, normalQuantile(probability));
  while (studentCdf(high, nu) < probability) high *= 2;
  let t = (low + high) / 2;
  for (let step = 0; step < 100; step++) {
    const excess = studentCdf(t, nu) - probability;
    if (excess > 0) high = t;
    else low = t;
    const newton = t - excess / Math.exp(logScale - ((nu + 1) / 2) * Math.log1p((t * t) / nu));
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - t) <= 1e-13 * t) return next;
    t = next;
  }
  return t;
}

function studentCdf(t: number, nu: number): number {
  const angle = Math.atan(t / Math.sqrt(nu));
  const sine = Math.sin(angle);
  const cosine = Math.cos(angle);
  const odd = nu % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = nu === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= nu - 2; k += 2) {
    term *= (cosine * cosine * (k - 1)) / k;
    sum += term;
  }
  const central = odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
  return 0.5 + central / 2;
}

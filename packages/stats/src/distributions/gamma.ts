import { gammaln } from "simple-statistics";
import type { Random } from "../random.ts";
import { standardNormal } from "./standard-normal.ts";

/**
 * Upper tail P(X > x) of the chi-square distribution: Q(k/2, x/2), by the power series of the lower incomplete
 * gamma function for small x and Legendre's continued fraction otherwise (NIST DLMF 8.7.1, 8.9.2).
 */
export function chiSquareUpperTail(x: number, degreesOfFreedom: number): number {
  if (x <= 0) return 1;
  const shape = degreesOfFreedom / 2;
  const scaled = x / 2;
  const front = Math.exp(shape * Math.log(scaled) - scaled - gammaln(shape));
  return scaled < shape + 1 ? 1 - front * lowerSeries(shape, scaled) : front * upperFraction(shape, scaled);
}

function lowerSeries(shape: number, x: number): number {
  let term = 1 / shape;
  let sum = term;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= x / (shape + k);
    sum += term;
  }
  return sum;
}

function upperFraction(shape: number, x: number): number {
  let fraction = 0;
  for (let k = 300; k > 0; k--) fraction = (k * (shape - k)) / (x + 2 * k + 1 - shape + fraction);
  return 1 / (x + 1 - shape + fraction);
}

/**
 * A gamma deviate with unit scale and `shape >= 1`.
 * Source: Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26(3), 2000.
 */
export function gammaDeviate(shape: number, random: Random): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = standardNormal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v;
  }
}

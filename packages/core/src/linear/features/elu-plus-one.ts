/**
 * elu(x) + 1 = x + 1 for x > 0, else exp(x): positive everywhere (Katharopoulos et al. 2020, equation 7). For x below
 * −745 it is 0 in float64, below −104 in float32.
 */
export function eluPlusOne(x: number): number {
  return x > 0 ? x + 1 : Math.exp(x);
}

/**
 * ln(1 + (T−1)β) + σσₓ·√(T(T−1))·β / (1 + (T−1)β) with β = exp(−σσₓ·√(T/(T−1))), in nats: the least entropy of a row of
 * attention over T tokens (Zhai et al. 2023).
 *
 * @param count T, 2 or more
 * @param strength σ·σₓ, the product of ‖W_K·W_Qᵀ‖₂ and ‖XXᵀ‖₂
 */
export function entropyLowerBound(count: number, strength: number): number {
  const beta = Math.exp(-strength * Math.sqrt(count / (count - 1)));
  const others = (count - 1) * beta;
  return Math.log1p(others) + (strength * Math.sqrt(count * (count - 1)) * beta) / (1 + others);
}

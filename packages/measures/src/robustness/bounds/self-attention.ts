/** What bounds of self-attention by the spectral norms of its matrices need. */
export interface BoundedSelfAttention {
  /** Tokens n. */
  readonly tokens: number;
  /** No token is longer than this. */
  readonly radius: number;
  /** ‖A‖₂ of the logits xᵢᵀA xⱼ: KᵀQ/√d; the scale alone when queries and keys are the tokens themselves. */
  readonly logits: number;
  /** ‖V‖₂ of the values Vxⱼ. */
  readonly values: number;
}

/**
 * The Lipschitz constant of softmax self-attention on n tokens of bounded length, from above:
 * √3·‖V‖₂·√(‖A‖₂²R⁴(4n + 1) + n) (Castin, Ablin and Peyré 2024, theorem 3.3). On unbounded inputs there is none
 * (Kim et al. 2021, theorem 3.1).
 */
export function selfAttentionLipschitz({ tokens, radius, logits, values }: BoundedSelfAttention): number {
  return Math.sqrt(3) * values * Math.sqrt(logits ** 2 * radius ** 4 * (4 * tokens + 1) + tokens);
}

/** A head of L2 self-attention. */
export interface L2Head {
  /** ‖W^Q‖₂ of the projection that queries and keys share. */
  readonly query: number;
  /** ‖W^V‖₂ */
  readonly value: number;
}

/**
 * The Lipschitz constant in ℓ2 of L2 self-attention, whose logits are −‖xᵢᵀW^Q − xⱼᵀW^Q‖²/√d and whose values are
 * xⱼᵀ·W^Q·W^Qᵀ/√d·W^V, from above: √n/√d·(4φ⁻¹(n − 1) + 1)·√(Σₕ ‖W^Q‖₂²‖W^V‖₂²)·‖W^O‖₂ with φ(x) = x·e^(x+1)
 * (Kim, Papamakarios and Mnih 2021, theorem 3.2), on all inputs, bounded or not.
 *
 * @param headDimension d, the width of a head
 * @param output ‖W^O‖₂
 */
export function l2SelfAttentionLipschitz(
  tokens: number,
  headDimension: number,
  heads: readonly L2Head[],
  output: number,
): number {
  const projections = Math.sqrt(heads.reduce((sum, { query, value }) => sum + (query * value) ** 2, 0));
  return Math.sqrt(tokens / headDimension) * (4 * inversePhi(tokens - 1) + 1) * projections * output;
}

/** The x ≥ 0 with x·e^(x+1) = y ≥ 0, by Newton's method on a convex function from above. */
export function inversePhi(y: number): number {
  let x = Math.log1p(y);
  for (let step = 0; step < 100; step += 1) {
    const value = x * Math.exp(x + 1);
    const next = x - (value - y) / ((x + 1) * Math.exp(x + 1));
    if (Math.abs(next - x) <= 1e-15 * Math.max(1, x)) return next;
    x = next;
  }
  return x;
}

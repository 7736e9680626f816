/** How attention weights are formed from logits, or what stands in for them. */
export type Variant =
  /** softmax(QKᵀ/√d)V with all n·m weights in memory (Vaswani et al. 2017, equation 1). */
  | { readonly kind: "standard" }
  /** The same values, keys in chunks merged by log-sum-exp (Rabe and Staats 2021). */
  | { readonly kind: "chunked"; readonly chunk?: number }
  /** The k largest logits of each row; the others are −∞ before the softmax. */
  | { readonly kind: "topK"; readonly k: number }
  /** 1.5-entmax in place of softmax: sparse weights that still sum to 1 (Peters et al. 2019). */
  | { readonly kind: "entmax" }
  /** φ(Q)(φ(K)ᵀV) over φ(Q)(φ(K)ᵀ1) (Katharopoulos et al. 2020, equation 5). */
  | { readonly kind: "linear"; readonly featureMap?: FeatureMap };

/** A feature map φ of linear attention. */
export type FeatureMap =
  | { readonly kind: "elu+1" }
  | { readonly kind: "relu" }
  /** Random features whose inner product estimates exp(q·k) (Choromanski et al. 2021). */
  | {
      readonly kind: "favor+";
      readonly features: number;
      readonly form: "positive" | "trigonometric" | "hyperbolic";
      readonly orthogonal: boolean;
      readonly seed: number;
    };

/** What a model makes of examples, one after the other. */
export interface Explanations {
  /** The weights [m] of each, heads and queries averaged. */
  readonly weights: readonly Float64Array[];
  /** The probabilities [c] of each. */
  readonly scores: readonly Float64Array[];
}

/** A model with attention that was trained. */
export interface TrainedAttention {
  /** Accuracy or another score on the held-out examples; more is better. */
  readonly performance: number;
  readonly training: Explanations;
  readonly heldOut: Explanations;
}

/**
 * Where the weights of a model come from.
 *
 * - `learned`: from its own logits
 * - `uniform`: all items have the same
 * - `frozen`: those of another model, example by example
 * - `adversarial`: learned, to predict as another model does with other weights: trained on
 *   TV(scores, its scores) − λ·KL(weights ‖ its weights) in place of the labels
 */
export type WeightsSource =
  | { readonly kind: "learned" }
  | { readonly kind: "uniform" }
  | { readonly kind: "frozen"; readonly from: TrainedAttention }
  | { readonly kind: "adversarial"; readonly from: TrainedAttention; readonly lambda: number };

/** What trains models of one kind on one set of data. */
export interface AttentionFamily {
  /**
   * @param body `contextual` lets what is known of an item depend on the others; `itemwise` does not
   * @param seed the same seed, body and source give the same model
   */
  train(body: "contextual" | "itemwise", source: WeightsSource, seed: number): TrainedAttention;
}

/** The attention weights of one example; every row sums to 1, or to 0 where nothing may be attended to. */
export interface AttentionMap {
  readonly heads: number;
  readonly queries: number;
  /** What is weighed: keys with their values, such as image cells or words. */
  readonly items: number;
  /** [heads, queries, items] */
  readonly weights: Float64Array;
}

/**
 * A prediction as a function of the features of items. Letters: m items, w features an item, c scores, which are
 * probabilities, logits or whatever is decided by.
 */
export interface Explained {
  readonly items: number;
  /** [m, w], the example that is explained */
  readonly inputs: Float64Array;
  /** The scores [c] of inputs [m, w]. */
  predict(inputs: Float64Array): Float64Array;
  /** ∂predict(inputs)[target] / ∂inputs, [m, w] */
  gradient(inputs: Float64Array, target: number): Float64Array;
}

/** The rest of a model behind its attention: a prediction as a function of the weights, with the values held fixed. */
export interface ExplainedAttention {
  readonly attention: AttentionMap;
  /** The scores [c] with these weights [heads, queries, items] in place of the model's own. */
  decide(weights: Float64Array): Float64Array;
  /** Σₖ scoresGradient[k] · ∂decide(weights)[k] / ∂weights, [heads, queries, items] */
  decideGradient(weights: Float64Array, scoresGradient: Float64Array): Float64Array;
}

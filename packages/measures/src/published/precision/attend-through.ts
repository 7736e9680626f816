/** What can be stored on the way: queries, keys and values; the n·m logits; or the n·m weights. */
export const storedParts = ["inputs", "logits", "weights"] as const;
type StoredPart = (typeof storedParts)[number];

/** Takes an array in rows of `width` and gives what is read back after it was stored. */
type Storing = (values: Float64Array, width: number) => Float64Array;

interface Inputs {
  /** [n, d] */
  readonly query: Float64Array;
  /** [m, d] */
  readonly key: Float64Array;
  /** [m, d] */
  readonly value: Float64Array;
}

/**
 * softmax(QKᵀ/√d)V in float64 with every part passed through its storage: no backend lets one reach between its logits
 * and weights.
 */
export function attendThrough(inputs: Inputs, d: number, storingOf: (part: StoredPart) => Storing): Float64Array {
  const ofInputs = storingOf("inputs");
  const query = ofInputs(inputs.query, d);
  const key = ofInputs(inputs.key, d);
  const value = ofInputs(inputs.value, d);
  const [n, m] = [query.length / d, key.length / d];
  const scores = new Float64Array(n * m);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < m; j += 1) {
      let sum = 0;
      for (let a = 0; a < d; a += 1) sum += query[i * d + a]! * key[j * d + a]!;
      scores[i * m + j] = sum / Math.sqrt(d);
    }
  }
  const logits = storingOf("logits")(scores, m);
  const weights = storingOf("weights")(softmaxRows(logits, m), m);
  const output = new Float64Array(n * d);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < m; j += 1) {
      const weight = weights[i * m + j]!;
      for (let a = 0; a < d; a += 1) output[i * d + a]! += weight * value[j * d + a]!;
    }
  }
  return output;
}

function softmaxRows(logits: Float64Array, m: number): Float64Array {
  const weights = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += m) {
    const row = logits.subarray(start, start + m);
    const largest = row.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
    const powers = row.map((logit) => Math.exp(logit - largest));
    const total = powers.reduce((sum, power) => sum + power, 0);
    weights.set(
      powers.map((power) => power / total),
      start,
    );
  }
  return weights;
}

/** A row-major matrix inside a longer array. */
export interface Block {
  readonly data: Float32Array;
  readonly start: number;
  readonly rows: number;
}

/**
 * softmax(scale·QKᵀ)V of one head in float32, one row of logits in memory at a time; zeros when there is no key.
 *
 * @param row scratch of at least as many elements as there are keys
 * @param output written from `outputStart`, [queries, e]
 */
export function softmaxAttend(
  query: Block,
  key: Block,
  value: Block,
  { d, e, scale }: { readonly d: number; readonly e: number; readonly scale: number },
  row: Float32Array,
  output: Float32Array,
  outputStart: number,
): void {
  for (let i = 0; i < query.rows; i += 1) {
    const start = outputStart + i * e;
    output.fill(0, start, start + e);
    const sum = softmaxRow(query.data, query.start + i * d, key, d, scale, row);
    for (let j = 0; j < key.rows; j += 1) {
      const weight = row[j]! / sum;
      const source = value.start + j * e;
      for (let column = 0; column < e; column += 1) output[start + column]! += weight * value.data[source + column]!;
    }
  }
}

/** Writes exp(logit − largest logit) of every key and returns their sum. */
export function softmaxRow(
  query: Float32Array,
  queryStart: number,
  key: Block,
  d: number,
  scale: number,
  row: Float32Array,
): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < key.rows; j += 1) {
    const source = key.start + j * d;
    let logit = 0;
    for (let index = 0; index < d; index += 1) logit += query[queryStart + index]! * key.data[source + index]!;
    row[j] = scale * logit;
    largest = Math.max(largest, row[j]!);
  }
  let sum = 0;
  for (let j = 0; j < key.rows; j += 1) {
    row[j] = Math.exp(row[j]! - largest);
    sum += row[j]!;
  }
  return sum;
}

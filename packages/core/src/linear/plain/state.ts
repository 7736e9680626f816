/** Keys that are added to the state in one pass over it. */
export const keyBlock = 4;
/** Queries that read the state in one pass over it. */
export const queryBlock = 2;

/**
 * Adds four keys to the state [e + 1, r], in which row c holds Σⱼ vⱼ[c]·φ(kⱼ) and row e holds Σⱼ φ(kⱼ). Four at a time
 * quarter both the traffic and the roundings of the sums.
 *
 * @param features [4, r]
 * @param factors what the features of each key still need
 * @param values [4, e]
 */
export function addFourKeys(
  state: Float32Array,
  r: number,
  e: number,
  features: Float32Array,
  factors: Float64Array,
  values: Float32Array,
): void {
  const r2 = 2 * r;
  const r3 = 3 * r;
  const weight0 = factors[0]!;
  const weight1 = factors[1]!;
  const weight2 = factors[2]!;
  const weight3 = factors[3]!;
  let column = 0;
  for (; column + 2 <= e; column += 2) {
    const a0 = weight0 * values[column]!;
    const a1 = weight1 * values[e + column]!;
    const a2 = weight2 * values[2 * e + column]!;
    const a3 = weight3 * values[3 * e + column]!;
    const b0 = weight0 * values[column + 1]!;
    const b1 = weight1 * values[e + column + 1]!;
    const b2 = weight2 * values[2 * e + column + 1]!;
    const b3 = weight3 * values[3 * e + column + 1]!;
    const rowA = column * r;
    const rowB = rowA + r;
    // Two rows of the state share the loads of the features.
    for (let index = 0; index < r; index += 1) {
      const f0 = features[index]!;
      const f1 = features[r + index]!;
      const f2 = features[r2 + index]!;
      const f3 = features[r3 + index]!;
      state[rowA + index]! += a0 * f0 + a1 * f1 + (a2 * f2 + a3 * f3);
      state[rowB + index]! += b0 * f0 + b1 * f1 + (b2 * f2 + b3 * f3);
    }
  }
  for (; column <= e; column += 1) {
    const a0 = column === e ? weight0 : weight0 * values[column]!;
    const a1 = column === e ? weight1 : weight1 * values[e + column]!;
    const a2 = column === e ? weight2 : weight2 * values[2 * e + column]!;
    const a3 = column === e ? weight3 : weight3 * values[3 * e + column]!;
    const row = column * r;
    for (let index = 0; index < r; index += 1) {
      state[row + index]! +=
        a0 * features[index]! + a1 * features[r + index]! + (a2 * features[r2 + index]! + a3 * features[r3 + index]!);
    }
  }
}

/**
 * Writes the e sums of a query, Σ over features of φ(q)·(state row), to the output and returns the sum of row e, the
 * denominator.
 */
export function readOne(
  state: Float32Array,
  r: number,
  e: number,
  features: Float32Array,
  output: Float32Array,
  outputStart: number,
): number {
  let column = 0;
  for (; column + 4 <= e; column += 4) {
    const row0 = column * r;
    const row1 = row0 + r;
    const row2 = row1 + r;
    const row3 = row2 + r;
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    for (let index = 0; index < r; index += 1) {
      const feature = features[index]!;
      sum0 += feature * state[row0 + index]!;
      sum1 += feature * state[row1 + index]!;
      sum2 += feature * state[row2 + index]!;
      sum3 += feature * state[row3 + index]!;
    }
    output[outputStart + column] = sum0;
    output[outputStart + column + 1] = sum1;
    output[outputStart + column + 2] = sum2;
    output[outputStart + column + 3] = sum3;
  }
  for (; column < e; column += 1) output[outputStart + column] = dotAt(features, 0, state, column * r, r);
  return dotAt(features, 0, state, e * r, r);
}

/**
 * The same for two queries, which share the loads of the state.
 *
 * @param features [2, r]
 * @param output the second query's follows after e elements
 * @param denominators gets two elements
 */
export function readTwo(
  state: Float32Array,
  r: number,
  e: number,
  features: Float32Array,
  output: Float32Array,
  outputStart: number,
  denominators: Float64Array,
): void {
  const outputB = outputStart + e;
  let column = 0;
  for (; column + 4 <= e; column += 4) {
    const row0 = column * r;
    const row1 = row0 + r;
    const row2 = row1 + r;
    const row3 = row2 + r;
    let a0 = 0;
    let a1 = 0;
    let a2 = 0;
    let a3 = 0;
    let b0 = 0;
    let b1 = 0;
    let b2 = 0;
    let b3 = 0;
    for (let index = 0; index < r; index += 1) {
      const featureA = features[index]!;
      const featureB = features[r + index]!;
      const s0 = state[row0 + index]!;
      const s1 = state[row1 + index]!;
      const s2 = state[row2 + index]!;
      const s3 = state[row3 + index]!;
      a0 += featureA * s0;
      a1 += featureA * s1;
      a2 += featureA * s2;
      a3 += featureA * s3;
      b0 += featureB * s0;
      b1 += featureB * s1;
      b2 += featureB * s2;
      b3 += featureB * s3;
    }
    output[outputStart + column] = a0;
    output[outputStart + column + 1] = a1;
    output[outputStart + column + 2] = a2;
    output[outputStart + column + 3] = a3;
    output[outputB + column] = b0;
    output[outputB + column + 1] = b1;
    output[outputB + column + 2] = b2;
    output[outputB + column + 3] = b3;
  }
  for (; column < e; column += 1) {
    output[outputStart + column] = dotAt(features, 0, state, column * r, r);
    output[outputB + column] = dotAt(features, r, state, column * r, r);
  }
  denominators[0] = dotAt(features, 0, state, e * r, r);
  denominators[1] = dotAt(features, r, state, e * r, r);
}

export function dotAt(
  left: Float32Array,
  leftStart: number,
  right: Float32Array,
  rightStart: number,
  length: number,
): number {
  let sum = 0;
  for (let index = 0; index < length; index += 1) sum += left[leftStart + index]! * right[rightStart + index]!;
  return sum;
}

/** Keys that are added to the state in one pass over it. */
export const keyBlock = 4;
/** Queries that read the state in one pass over it. */
export const queryBlock = 2;

/**
 * Adds one pass of keys to the state [e + 1, r]: row c holds Σⱼ vⱼ[c]·φ(kⱼ), row e holds Σⱼ φ(kⱼ). Four keys go in
 * at a time, which quarters both the traffic and the roundings of the sums.
 *
 * @param features [keys, r], from 0
 * @param values rows of e elements from `valueStart`
 */
export function addKeys(
  state: Float32Array,
  r: number,
  e: number,
  features: Float32Array,
  keys: number,
  values: Float32Array,
  valueStart: number,
): void {
  if (keys === keyBlock) {
    addFourKeys(state, r, e, features, values, valueStart);
    return;
  }
  for (let key = 0; key < keys; key += 1) addOneKey(state, r, e, features, key * r, values, valueStart + key * e);
}

function addFourKeys(
  state: Float32Array,
  r: number,
  e: number,
  features: Float32Array,
  values: Float32Array,
  valueStart: number,
): void {
  const [r2, r3] = [2 * r, 3 * r];
  const [value1, value2, value3] = [valueStart + e, valueStart + 2 * e, valueStart + 3 * e];
  let column = 0;
  // Two columns at a time share the four loads of features.
  for (; column + 2 <= e; column += 2) {
    const [a0, b0] = [values[valueStart + column]!, values[valueStart + column + 1]!];
    const [a1, b1] = [values[value1 + column]!, values[value1 + column + 1]!];
    const [a2, b2] = [values[value2 + column]!, values[value2 + column + 1]!];
    const [a3, b3] = [values[value3 + column]!, values[value3 + column + 1]!];
    const rowA = column * r;
    const rowB = rowA + r;
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
    const ones = column === e;
    const a0 = ones ? 1 : values[valueStart + column]!;
    const a1 = ones ? 1 : values[value1 + column]!;
    const a2 = ones ? 1 : values[value2 + column]!;
    const a3 = ones ? 1 : values[value3 + column]!;
    const row = column * r;
    for (let index = 0; index < r; index += 1) {
      state[row + index]! +=
        a0 * features[index]! + a1 * features[r + index]! + (a2 * features[r2 + index]! + a3 * features[r3 + index]!);
    }
  }
}

function addOneKey(
  state: Float32Array,
  r: number,
  e: number,
  features: Float32Array,
  featureStart: number,
  values: Float32Array,
  valueStart: number,
): void {
  for (let column = 0; column <= e; column += 1) {
    const value = column === e ? 1 : values[valueStart + column]!;
    const row = column * r;
    for (let index = 0; index < r; index += 1) state[row + index]! += value * features[featureStart + index]!;
  }
}

/**
 * Writes the outputs of one or two queries that read the same state: their e sums over the sum of row e, zeros where
 * that is 0.
 *
 * @param features [queries, r], from 0
 * @param outputStart of the first query; the second follows after e elements
 */
export function readState(
  state: Float32Array,
  r: number,
  e: number,
  features: Float32Array,
  queries: number,
  output: Float32Array,
  outputStart: number,
): void {
  if (queries === queryBlock) readTwo(state, r, e, features, output, outputStart);
  else readOne(state, r, e, features, output, outputStart);
}

function readTwo(
  state: Float32Array,
  r: number,
  e: number,
  features: Float32Array,
  output: Float32Array,
  outputStart: number,
): void {
  let [denominatorA, denominatorB] = [0, 0];
  for (let index = 0; index < r; index += 1) {
    const sum = state[e * r + index]!;
    denominatorA += features[index]! * sum;
    denominatorB += features[r + index]! * sum;
  }
  const inverseA = denominatorA === 0 ? 0 : 1 / denominatorA;
  const inverseB = denominatorB === 0 ? 0 : 1 / denominatorB;
  const outputB = outputStart + e;
  let column = 0;
  for (; column + 4 <= e; column += 4) {
    const row0 = column * r;
    const [row1, row2, row3] = [row0 + r, row0 + 2 * r, row0 + 3 * r];
    let [a0, a1, a2, a3, b0, b1, b2, b3] = [0, 0, 0, 0, 0, 0, 0, 0];
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
    output[outputStart + column] = a0 * inverseA;
    output[outputStart + column + 1] = a1 * inverseA;
    output[outputStart + column + 2] = a2 * inverseA;
    output[outputStart + column + 3] = a3 * inverseA;
    output[outputB + column] = b0 * inverseB;
    output[outputB + column + 1] = b1 * inverseB;
    output[outputB + column + 2] = b2 * inverseB;
    output[outputB + column + 3] = b3 * inverseB;
  }
  for (; column < e; column += 1) {
    let [sumA, sumB] = [0, 0];
    for (let index = 0; index < r; index += 1) {
      const sum = state[column * r + index]!;
      sumA += features[index]! * sum;
      sumB += features[r + index]! * sum;
    }
    output[outputStart + column] = sumA * inverseA;
    output[outputB + column] = sumB * inverseB;
  }
}

function readOne(
  state: Float32Array,
  r: number,
  e: number,
  features: Float32Array,
  output: Float32Array,
  outputStart: number,
): void {
  let denominator = 0;
  for (let index = 0; index < r; index += 1) denominator += features[index]! * state[e * r + index]!;
  const inverse = denominator === 0 ? 0 : 1 / denominator;
  let column = 0;
  for (; column + 4 <= e; column += 4) {
    const row0 = column * r;
    const [row1, row2, row3] = [row0 + r, row0 + 2 * r, row0 + 3 * r];
    let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
    for (let index = 0; index < r; index += 1) {
      const feature = features[index]!;
      sum0 += feature * state[row0 + index]!;
      sum1 += feature * state[row1 + index]!;
      sum2 += feature * state[row2 + index]!;
      sum3 += feature * state[row3 + index]!;
    }
    output[outputStart + column] = sum0 * inverse;
    output[outputStart + column + 1] = sum1 * inverse;
    output[outputStart + column + 2] = sum2 * inverse;
    output[outputStart + column + 3] = sum3 * inverse;
  }
  for (; column < e; column += 1) {
    let sum = 0;
    for (let index = 0; index < r; index += 1) sum += features[index]! * state[column * r + index]!;
    output[outputStart + column] = sum * inverse;
  }
}

/**
 * sums[row, :] += Σ weights[row, column] · value column, for `width` values from `valueStart` (element offset). A
 * value whose weight is exactly 0 is not read into its row, so that what it holds (NaN, ∞) cannot leak. Two rows meet
 * four values at a time; sums are float64.
 */
export function addWeightedValues(
  weights: Float64Array,
  stride: number,
  rows: number,
  width: number,
  value: Float32Array,
  valueStart: number,
  e: number,
  sums: Float64Array,
): void {
  const pairedRows = rows - (rows % 2);
  const blockedWidth = width - (width % 4);
  for (let row = 0; row < pairedRows; row += 2) {
    const w0 = row * stride;
    const w1 = w0 + stride;
    const o0 = row * e;
    const o1 = o0 + e;
    for (let column = 0; column < blockedWidth; column += 4) {
      const a0 = weights[w0 + column]!;
      const a1 = weights[w0 + column + 1]!;
      const a2 = weights[w0 + column + 2]!;
      const a3 = weights[w0 + column + 3]!;
      const b0 = weights[w1 + column]!;
      const b1 = weights[w1 + column + 1]!;
      const b2 = weights[w1 + column + 2]!;
      const b3 = weights[w1 + column + 3]!;
      const v0 = valueStart + column * e;
      if (a0 === 0 || a1 === 0 || a2 === 0 || a3 === 0 || b0 === 0 || b1 === 0 || b2 === 0 || b3 === 0) {
        addRow(weights, w0 + column, 4, value, v0, e, sums, o0);
        addRow(weights, w1 + column, 4, value, v0, e, sums, o1);
        continue;
      }
      const v1 = v0 + e;
      const v2 = v1 + e;
      const v3 = v2 + e;
      for (let c = 0; c < e; c += 1) {
        const x0 = value[v0 + c]!;
        const x1 = value[v1 + c]!;
        const x2 = value[v2 + c]!;
        const x3 = value[v3 + c]!;
        sums[o0 + c]! += a0 * x0 + a1 * x1 + (a2 * x2 + a3 * x3);
        sums[o1 + c]! += b0 * x0 + b1 * x1 + (b2 * x2 + b3 * x3);
      }
    }
    const rest = width - blockedWidth;
    addRow(weights, w0 + blockedWidth, rest, value, valueStart + blockedWidth * e, e, sums, o0);
    addRow(weights, w1 + blockedWidth, rest, value, valueStart + blockedWidth * e, e, sums, o1);
  }
  if (pairedRows < rows) addRow(weights, pairedRows * stride, width, value, valueStart, e, sums, pairedRows * e);
}

function addRow(
  weights: Float64Array,
  weightStart: number,
  width: number,
  value: Float32Array,
  valueStart: number,
  e: number,
  sums: Float64Array,
  sumStart: number,
): void {
  for (let column = 0; column < width; column += 1) {
    const weight = weights[weightStart + column]!;
    if (weight !== 0) addScaled(value, valueStart + column * e, e, weight, sums, sumStart);
  }
}

/** sums[0 … e) += weight · value[0 … e), each from its own start. */
export function addScaled(
  value: Float32Array,
  valueStart: number,
  e: number,
  weight: number,
  sums: Float64Array,
  sumStart: number,
): void {
  for (let c = 0; c < e; c += 1) sums[sumStart + c]! += weight * value[valueStart + c]!;
}

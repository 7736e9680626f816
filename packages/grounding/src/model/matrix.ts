/**
 * left·right, with left [rows, inputs] and right [inputs, outputs], added to `target` [rows, outputs]. Two rows and four
 * inputs at a time, so that each number of `right` that is read serves both rows.
 */
export function addProduct(
  target: Float64Array,
  left: Float64Array,
  rows: number,
  inputs: number,
  right: Float64Array,
  outputs: number,
): void {
  const blocked = inputs - (inputs % 4);
  const paired = rows - (rows % 2);
  for (let row = 0; row < rows; row += 1) {
    const second = row < paired ? row + 1 : row;
    const to = row * outputs;
    const to2 = second * outputs;
    const from = row * inputs;
    const from2 = second * inputs;
    for (let input = 0; input < blocked; input += 4) {
      const x0 = left[from + input]!;
      const x1 = left[from + input + 1]!;
      const x2 = left[from + input + 2]!;
      const x3 = left[from + input + 3]!;
      const w0 = input * outputs;
      const w1 = w0 + outputs;
      const w2 = w1 + outputs;
      const w3 = w2 + outputs;
      if (second === row) {
        for (let column = 0; column < outputs; column += 1) {
          target[to + column]! +=
            x0 * right[w0 + column]! + x1 * right[w1 + column]! + x2 * right[w2 + column]! + x3 * right[w3 + column]!;
        }
        continue;
      }
      const y0 = left[from2 + input]!;
      const y1 = left[from2 + input + 1]!;
      const y2 = left[from2 + input + 2]!;
      const y3 = left[from2 + input + 3]!;
      for (let column = 0; column < outputs; column += 1) {
        const r0 = right[w0 + column]!;
        const r1 = right[w1 + column]!;
        const r2 = right[w2 + column]!;
        const r3 = right[w3 + column]!;
        target[to + column]! += x0 * r0 + x1 * r1 + x2 * r2 + x3 * r3;
        target[to2 + column]! += y0 * r0 + y1 * r1 + y2 * r2 + y3 * r3;
      }
    }
    for (let input = blocked; input < inputs; input += 1) {
      const w = input * outputs;
      for (let of = row; of <= second; of += 1) {
        const x = left[of * inputs + input]!;
        for (let column = 0; column < outputs; column += 1) target[of * outputs + column]! += x * right[w + column]!;
      }
    }
    row = second;
  }
}

/** leftᵀ·right, with left [rows, inputs] and right [rows, outputs], added to `target` [inputs, outputs]. */
export function addTransposedProduct(
  target: Float64Array,
  left: Float64Array,
  rows: number,
  inputs: number,
  right: Float64Array,
  outputs: number,
): void {
  addProduct(target, transpose(left, rows, inputs), inputs, rows, right, outputs);
}

/** The transpose of a [rows, columns] matrix. */
export function transpose(source: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) result[column * rows + row] = source[row * columns + column]!;
  }
  return result;
}

/** target[i] += factor·source[i] */
export function addScaled(target: Float64Array, source: ArrayLike<number>, factor = 1): void {
  for (let index = 0; index < target.length; index += 1) target[index]! += factor * source[index]!;
}

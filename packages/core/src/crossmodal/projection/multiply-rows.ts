/**
 * left·right + bias, with left [rows, inputs], right [inputs, outputs] and bias [outputs]. Walks along the rows of
 * `right`, four at a time, so that memory is read in order.
 */
export function multiplyRows(
  left: Float64Array,
  rows: number,
  inputs: number,
  right: Float64Array,
  outputs: number,
  bias?: Float64Array,
): Float64Array {
  const product = new Float64Array(rows * outputs);
  const blocked = inputs - (inputs % 4);
  for (let row = 0; row < rows; row += 1) {
    const target = row * outputs;
    const source = row * inputs;
    if (bias) product.set(bias, target);
    for (let input = 0; input < blocked; input += 4) {
      const x0 = left[source + input]!;
      const x1 = left[source + input + 1]!;
      const x2 = left[source + input + 2]!;
      const x3 = left[source + input + 3]!;
      const w0 = input * outputs;
      const w1 = w0 + outputs;
      const w2 = w1 + outputs;
      const w3 = w2 + outputs;
      for (let column = 0; column < outputs; column += 1) {
        product[target + column]! +=
          x0 * right[w0 + column]! + x1 * right[w1 + column]! + x2 * right[w2 + column]! + x3 * right[w3 + column]!;
      }
    }
    for (let input = blocked; input < inputs; input += 1) {
      const x = left[source + input]!;
      const w = input * outputs;
      for (let column = 0; column < outputs; column += 1) product[target + column]! += x * right[w + column]!;
    }
  }
  return product;
}

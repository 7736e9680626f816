import { addProduct, addTransposedProduct, transpose } from "./matrix.ts";
import type { Gradients, Parameters } from "./options.ts";

/** y = x·W + b and the way back. */
export interface Linear {
  /** [rows, out] */
  readonly output: Float64Array;
  /** Adds xᵀ·dy to the gradient of W, and the sum of dy over the rows to that of b. */
  pullParameters(gradient: Float64Array, into: Gradients): void;
  /** dx = dy·Wᵀ [rows, in] */
  pullInput(gradient: Float64Array): Float64Array;
}

/**
 * The learned map of the given name: `name.weight` [in, out] and, where there is one, `name.bias` [out].
 *
 * @param x [rows, in]
 */
export function linear(parameters: Parameters, name: string, x: Float64Array): Linear {
  const weight = parameters[`${name}.weight`]!;
  const bias = parameters[`${name}.bias`]?.data;
  const [inputs, outputs] = weight.shape as readonly [number, number];
  const rows = x.length / inputs;
  const output = new Float64Array(rows * outputs);
  if (bias) for (let row = 0; row < rows; row += 1) output.set(bias, row * outputs);
  addProduct(output, x, rows, inputs, weight.data, outputs);
  return {
    output,
    pullParameters(gradient, into) {
      addTransposedProduct(into[`${name}.weight`]!, x, rows, inputs, gradient, outputs);
      const ofBias = into[`${name}.bias`];
      if (!ofBias) return;
      for (let row = 0; row < rows; row += 1) {
        for (let column = 0; column < outputs; column += 1) ofBias[column]! += gradient[row * outputs + column]!;
      }
    },
    pullInput(gradient) {
      const ofInput = new Float64Array(rows * inputs);
      addProduct(ofInput, gradient, rows, outputs, transpose(weight.data, inputs, outputs), inputs);
      return ofInput;
    },
  };
}

import { linear } from "./linear.ts";
import type { Gradients, Parameters } from "./options.ts";

export interface Encoded {
  /** [b·n, hidden] */
  readonly output: Float64Array;
  /** From what computes the gradient by the output; what it returns computes that by the regions. */
  pull(ofOutput: () => Float64Array, into: Gradients): () => Float64Array;
}

/** tanh(W·r + b) of every region, or the regions themselves for a model without the layer. */
export function encode(regions: Float64Array, parameters: Parameters): Encoded {
  if (!parameters["encoder.weight"]) return { output: regions, pull: (ofOutput) => ofOutput };
  const hidden = linear(parameters, "encoder", regions);
  const output = hidden.output.map(Math.tanh);
  return {
    output,
    pull(ofOutput, into) {
      const gradient = ofOutput().map((of, index) => of * (1 - output[index]! * output[index]!));
      hidden.pullParameters(gradient, into);
      return () => hidden.pullInput(gradient);
    },
  };
}

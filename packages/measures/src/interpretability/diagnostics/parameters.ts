import type { Random } from "@xattn/core";

/** Letters: w features an item, k hidden units, c classes. */
export interface Sizes {
  readonly width: number;
  readonly hidden: number;
  readonly classes: number;
}

/** All numbers of a model, views of one array, so that an optimizer sees one vector. */
export interface ModelParameters {
  readonly all: Float64Array;
  /** [k, w], by the item itself */
  readonly item: Float64Array;
  /** [k, w], by the mean of all items */
  readonly context: Float64Array;
  /** [k] */
  readonly bias: Float64Array;
  /** [k], which hidden units attention looks for */
  readonly attention: Float64Array;
  /** [c, k] */
  readonly readout: Float64Array;
  /** [c] */
  readonly readoutBias: Float64Array;
}

export function emptyParameters({ width, hidden, classes }: Sizes): ModelParameters {
  const lengths = [hidden * width, hidden * width, hidden, hidden, classes * hidden, classes];
  const all = new Float64Array(lengths.reduce((sum, length) => sum + length, 0));
  let start = 0;
  const [item, context, bias, attention, readout, readoutBias] = lengths.map((length) => {
    start += length;
    return all.subarray(start - length, start);
  }) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  return { all, item, context, bias, attention, readout, readoutBias };
}

/** Normal with deviation 1/√inputs, biases 0. */
export function randomParameters(sizes: Sizes, random: Random): ModelParameters {
  const parameters = emptyParameters(sizes);
  const fill = (values: Float64Array, inputs: number) => {
    for (let index = 0; index < values.length; index += 1) values[index] = random.normal() / Math.sqrt(inputs);
  };
  fill(parameters.item, sizes.width);
  fill(parameters.context, sizes.width);
  fill(parameters.attention, sizes.hidden);
  fill(parameters.readout, sizes.hidden);
  return parameters;
}

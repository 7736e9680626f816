import { type Change, chosen } from "./inputs.ts";

/** Features that become 0 in all tokens and heads, drawn for each input apart. */
export const featureDropout: Change = (inputs, budget, random) =>
  inputs.map((input) => {
    const width = input.shape.at(-1)!;
    const dropped = new Set(chosen(width, budget, random));
    return { ...input, data: input.data.map((value, index) => (dropped.has(index % width) ? 0 : value)) };
  });

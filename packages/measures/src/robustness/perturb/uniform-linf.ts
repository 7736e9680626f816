import { type Change, mapInputs, radiusOf } from "./inputs.ts";

/** Uniform in the box: every number moves by an independent amount from −radius to radius. */
export const uniformLinf: Change = (inputs, budget, random) => {
  const radius = radiusOf("linf", inputs, budget);
  return mapInputs(inputs, (value) => value + radius * (2 * random.uniform() - 1));
};

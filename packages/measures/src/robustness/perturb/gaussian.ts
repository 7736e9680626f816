import { type Change, mapInputs, rootMeanSquare } from "./inputs.ts";

/** Independent normal noise on every number. */
export const gaussian: Change = (inputs, budget, random) => {
  const deviation = budget * rootMeanSquare(inputs);
  return mapInputs(inputs, (value) => value + deviation * random.normal());
};

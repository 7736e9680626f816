import { type Change, mapInputs, normOf, radiusOf } from "./inputs.ts";

/** Uniform in the ball: a normal direction of length radius·u^(1/D), u uniform, D the number of numbers. */
export const uniformL2: Change = (inputs, budget, random) => {
  const direction = mapInputs(inputs, () => random.normal());
  const count = inputs.reduce((sum, { data }) => sum + data.length, 0);
  // Not u ** (1/D): Node 20 and 24 round powers differently in the last bit, and exp and log alike.
  const length = radiusOf("l2", inputs, budget) * Math.exp(Math.log(random.uniform()) / count);
  const factor = length / normOf(direction);
  return mapInputs(inputs, (value, index, input) => value + factor * direction[input]!.data[index]!);
};

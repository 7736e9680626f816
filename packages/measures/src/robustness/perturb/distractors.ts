import { ArgumentError, type AttentionProblem, type Random, type Tensor } from "@xattn/core";
import { inputsOf, rootMeanSquare } from "./inputs.ts";

/**
 * round(budget · m) keys behind the last one, normal with the root mean square of those there, each with a value of its
 * own drawn likewise: objects that nobody asked about.
 *
 * @throws ArgumentError when the problem has a bias, which would be m wide
 */
export function distractors(problem: AttentionProblem, budget: number, random: Random): AttentionProblem {
  if (problem.bias) throw new ArgumentError("problem.bias: fits the keys that are there; distractors need none");
  const added = Math.round(budget * problem.key.shape[2]!);
  const [key, value] = inputsOf(problem, ["key", "value"]).map((input) => extended(input, added, random));
  return { ...problem, key: key!, value: value! };
}

function extended(input: Tensor<"float64">, added: number, random: Random): Tensor<"float64"> {
  const [batch, heads, tokens, width] = input.shape as [number, number, number, number];
  const deviation = rootMeanSquare([input]);
  const block = tokens * width;
  const longer = (tokens + added) * width;
  const data = Float64Array.from({ length: batch * heads * longer }, () => deviation * random.normal());
  for (let head = 0; head < batch * heads; head += 1) {
    data.set(input.data.subarray(head * block, (head + 1) * block), head * longer);
  }
  return { dtype: "float64", shape: [batch, heads, tokens + added, width], data };
}

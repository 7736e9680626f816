import { ArgumentError, type AttentionProblem, convert, type Random, type Tensor } from "@xattn/core";
import type { InputName, Norm } from "./perturbation.ts";

/** Inputs that are perturbed together, [… heads, tokens, width] each. */
export type Inputs = readonly Tensor<"float64">[];

/** A perturbation of inputs, of which attention's keys and values are only one example. */
export type Change = (inputs: Inputs, budget: number, random: Random) => Inputs;

export function inputsOf(problem: AttentionProblem, names: readonly InputName[]): Inputs {
  return names.map((name) => convert(problem[name], "float64"));
}

/** The problem with other numbers in the named inputs. */
export function withInputs(problem: AttentionProblem, names: readonly InputName[], inputs: Inputs): AttentionProblem {
  return { ...problem, ...Object.fromEntries(names.map((name, index) => [name, inputs[index]!])) };
}

/** The Euclidean norm of all numbers of all inputs. */
export function normOf(inputs: Inputs): number {
  let sum = 0;
  for (const { data } of inputs) for (const value of data) sum += value * value;
  return Math.sqrt(sum);
}

/** The root mean square of all numbers of all inputs; 0 when there are none. */
export function rootMeanSquare(inputs: Inputs): number {
  const count = inputs.reduce((sum, { data }) => sum + data.length, 0);
  return count === 0 ? 0 : normOf(inputs) / Math.sqrt(count);
}

/** The radius of a ball: budget·‖x‖₂ in l2, budget times the root mean square in linf. */
export function radiusOf(norm: Norm, inputs: Inputs, budget: number): number {
  return budget * (norm === "l2" ? normOf(inputs) : rootMeanSquare(inputs));
}

export function mapInputs(inputs: Inputs, to: (value: number, index: number, input: number) => number): Inputs {
  return inputs.map((input, which) => ({ ...input, data: input.data.map((value, index) => to(value, index, which)) }));
}

/**
 * The number of tokens, which all inputs share.
 *
 * @throws ArgumentError when they do not
 */
export function tokensOf(inputs: Inputs): number {
  const counts = inputs.map(({ shape }) => shape.at(-2)!);
  if (counts.some((count) => count !== counts[0])) {
    throw new ArgumentError(
      `inputs: have ${counts.join(" and ")} tokens; a perturbation of tokens needs as many in each`,
    );
  }
  return counts[0] ?? 0;
}

/** Every token of every head becomes what `source` says: a token of the same input, or zeros for `undefined`. */
export function moveTokens(inputs: Inputs, source: (token: number) => number | undefined): Inputs {
  const tokens = tokensOf(inputs);
  return inputs.map((input) => {
    const width = input.shape.at(-1)!;
    const data = new Float64Array(input.data.length);
    for (let start = 0; start < data.length; start += tokens * width) {
      for (let token = 0; token < tokens; token += 1) {
        const from = source(token);
        if (from === undefined) continue;
        const at = start + from * width;
        data.set(input.data.subarray(at, at + width), start + token * width);
      }
    }
    return { ...input, data };
  });
}

/** round(share · count) different whole numbers below count, in random order. */
export function chosen(count: number, share: number, random: Random): readonly number[] {
  return random.shuffle(Array.from({ length: count }, (_, index) => index)).slice(0, Math.round(share * count));
}

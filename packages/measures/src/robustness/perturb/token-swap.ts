import { type Change, chosen, moveTokens, tokensOf } from "./inputs.ts";

/** The chosen tokens trade places in one cycle, the same in every input and head; one alone stays where it is. */
export const tokenSwap: Change = (inputs, budget, random) => {
  const cycle = chosen(tokensOf(inputs), budget, random);
  const source = new Map(cycle.map((token, index) => [token, cycle[(index + 1) % cycle.length]!]));
  return moveTokens(inputs, (token) => source.get(token) ?? token);
};

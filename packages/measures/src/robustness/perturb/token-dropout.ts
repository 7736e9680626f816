import { type Change, chosen, moveTokens, tokensOf } from "./inputs.ts";

/** Tokens that become 0, the same in every input and head. */
export const tokenDropout: Change = (inputs, budget, random) => {
  const dropped = new Set(chosen(tokensOf(inputs), budget, random));
  return moveTokens(inputs, (token) => (dropped.has(token) ? undefined : token));
};

import { ArgumentError } from "@xattn/core";
import { type Change, moveTokens, tokensOf } from "./inputs.ts";

/**
 * Every row of the grid moves to the right, and its first token fills what is left open: what an image shows when the
 * camera turns, with its edge replicated.
 *
 * @throws ArgumentError when the tokens do not fill rows of that width
 */
export const spatialShift =
  (width?: number): Change =>
  (inputs, budget) => {
    const tokens = tokensOf(inputs);
    const row = width ?? tokens;
    if (!Number.isInteger(row) || row < 1 || tokens % row !== 0) {
      throw new ArgumentError(`width: ${row} does not divide ${tokens} tokens; needs rows that the tokens fill`);
    }
    const distance = Math.round(budget * row);
    return moveTokens(inputs, (token) => {
      const column = token % row;
      return token - column + Math.max(0, column - distance);
    });
  };

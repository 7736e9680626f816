import { modifierKindOf, type ScoreModifier } from "./table.ts";

/** The modifiers in their order, for reading: `softcap(30) → alibi([0.5, 0.25])`; "none" for an empty list. */
export function printModifiers(modifiers: readonly ScoreModifier[]): string {
  if (modifiers.length === 0) return "none";
  return modifiers.map((modifier) => modifierKindOf(modifier).print(modifier)).join(" → ");
}
